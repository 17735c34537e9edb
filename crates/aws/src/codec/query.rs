//! The query protocol, and EC2's dialect of it: a form one way, an XML document the other.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>
//! <https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html>

use http::header::HOST;
use http::request::Parts;
use models::{Operation, Service};

use super::client::Reply;
use super::form::{Dialect, Form, Node};
use super::xml::{Document, Element};
use super::{Call, Members, to_bytes};
use crate::Error;

/// SQS has no namespace in its model, whose protocol is JSON now; these are the documents of its query days.
const SQS_NAMESPACE: &str = "http://queue.amazonaws.com/doc/2012-11-05/";

pub(super) fn read_request(
    service: &'static Service,
    dialect: Dialect,
    head: &Parts,
    body: &[u8],
) -> Result<Call, Error> {
    let text = std::str::from_utf8(body)
        .map_err(|_| Error::client("MalformedInput", "The form is not UTF-8"))?;
    let form = if text.is_empty() { head.uri.query().unwrap_or_default() } else { text };
    let form = Node::read(form)?;
    let Some(action) = form.text("Action") else {
        let message = "The request must contain the parameter Action.";
        return Err(Error::client("MissingAction", message));
    };
    let Some(operation) = service.operation(action) else {
        let version = form.text("Version").unwrap_or("NO_VERSION_SPECIFIED");
        let message = format!("Could not find operation {action} for version {version}");
        return Err(Error::client("InvalidAction", message));
    };
    let input = operation.input();
    let mut members = input.map_or(Ok(Members::new()), |input| form.members(input, dialect))?;
    let has_url = input.is_some_and(|input| input.member("QueueUrl").is_some());
    if has_url && !members.contains_key("QueueUrl") && head.uri.path() != "/" {
        // SQS takes such requests at the URL of the queue itself.
        let host = head.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        members.insert("QueueUrl".into(), format!("http://{host}{}", head.uri.path()).into());
    }
    Ok(Call { operation: action.to_owned(), body: to_bytes(members) })
}

pub(super) fn write_reply(
    operation: Operation,
    dialect: Dialect,
    request_id: &str,
    members: &Members,
) -> String {
    let service = operation.service();
    let mut document = Document::default();
    document.element(&format!("{}Response", operation.name()), namespace(service), |document| {
        if dialect == Dialect::Ec2 {
            document.text_element("requestId", request_id);
            if let Some(output) = operation.output() {
                document.members(output, members);
            }
            return;
        }
        if let Some(output) = operation.output() {
            let wrapper = format!("{}Result", operation.name());
            let wrapper = operation.result_wrapper().unwrap_or(&wrapper);
            document.element(wrapper, "", |document| document.members(output, members));
        }
        document.element("ResponseMetadata", "", |document| {
            document.text_element("RequestId", request_id);
        });
    });
    document.into_text()
}

pub(super) fn write_error(
    service: &Service,
    dialect: Dialect,
    request_id: &str,
    error: &Error,
) -> String {
    let mut document = Document::default();
    let message = error.message.as_deref().unwrap_or_default();
    if dialect == Dialect::Ec2 {
        document.element("Response", "", |document| {
            document.element("Errors", "", |document| {
                document.element("Error", "", |document| {
                    document.text_element("Code", &error.code);
                    document.text_element("Message", message);
                });
            });
            document.text_element("RequestID", request_id);
        });
        return document.into_text();
    }
    document.element("ErrorResponse", namespace(service), |document| {
        document.element("Error", "", |document| {
            document
                .text_element("Type", if error.is_server_fault() { "Receiver" } else { "Sender" });
            document.text_element("Code", &error.code);
            document.text_element("Message", message);
            super::server::extra_elements(document, error);
        });
        document.text_element("RequestId", request_id);
    });
    document.into_text()
}

pub(super) fn write_request(operation: Operation, dialect: Dialect, members: &Members) -> String {
    let mut form = Form::new(dialect);
    form.push("Action", operation.name());
    form.push("Version", operation.service().api_version());
    if let Some(input) = operation.input() {
        form.members("", input, members);
    }
    form.into_text()
}

/// The members in the document of a reply.
pub(super) fn read_reply(operation: Operation, dialect: Dialect, root: &Element) -> Members {
    let Some(output) = operation.output() else {
        return Members::new();
    };
    if dialect == Dialect::Ec2 {
        return root.members(output);
    }
    let wrapper = format!("{}Result", operation.name());
    let wrapper = operation.result_wrapper().unwrap_or(&wrapper);
    root.child(wrapper).unwrap_or(root).members(output)
}

/// The error in the document of a reply: `ErrorResponse/Error`, `Response/Errors/Error`, or `Error` alone.
pub(super) fn read_error(reply: &Reply<'_>, root: &Element) -> Option<Error> {
    let error = match root.name() {
        "Error" => root,
        "Response" => root.child("Errors")?.child("Error")?,
        _ => root.child("Error")?,
    };
    let code = error.child("Code")?.text().trim().to_owned();
    let message = error.child("Message").or_else(|| error.child("message"));
    Some(Error {
        status: reply.status,
        code: code.into(),
        message: message.map(|message| message.text().to_owned()),
        fields: Vec::new(),
        query_code: None,
    })
}

fn namespace(service: &Service) -> &'static str {
    match service.xml_namespace() {
        "" if service.cli_name() == "sqs" => SQS_NAMESPACE,
        namespace => namespace,
    }
}
