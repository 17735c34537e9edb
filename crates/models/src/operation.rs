use crate::read::{ErrorData, OperationData};
use crate::{Service, Shape};

/// An operation of a service: how it is asked over HTTP, what it takes and gives.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    pub(crate) service: &'static Service,
    pub(crate) data: &'static OperationData,
}

impl Operation {
    /// The service it belongs to.
    pub fn service(self) -> &'static Service {
        self.service
    }

    /// As it is called on the wire: `PutItem`.
    pub fn name(self) -> &'static str {
        self.data.name
    }

    /// As `aws-sdk:` resources call it: `putItem`.
    pub fn action(self) -> &'static str {
        self.data.action
    }

    /// The shape of its input; none where it takes nothing.
    pub fn input(self) -> Option<Shape> {
        self.data.input.map(|place| Shape::new(self.service, place))
    }

    /// The shape of its output; none where it gives nothing.
    pub fn output(self) -> Option<Shape> {
        self.data.output.map(|place| Shape::new(self.service, place))
    }

    /// The HTTP method; `POST` with all but the REST protocols.
    pub fn method(self) -> &'static str {
        self.data.method
    }

    /// The template of the request's URI: `/2015-03-31/functions/{FunctionName}`, `/{Bucket}/{Key+}?acl`.
    pub fn uri(self) -> &'static str {
        self.data.uri
    }

    /// The HTTP status of success.
    pub fn status(self) -> u16 {
        self.data.status
    }

    /// The element around the output in a reply of the query protocol: `ListRolesResult`.
    pub fn result_wrapper(self) -> Option<&'static str> {
        self.data.result_wrapper
    }

    /// The root element of an XML document that carries the input, where the model names it.
    pub fn root(self) -> Option<&'static str> {
        self.data.root
    }

    /// Whether Step Functions calls it as an `aws-sdk:` action.
    pub fn is_integrated(self) -> bool {
        self.data.is_integrated
    }

    /// Whether clients send it without a signature: `sts:AssumeRoleWithWebIdentity`.
    pub fn is_unsigned(self) -> bool {
        self.data.is_unsigned
    }

    /// Whether the service demands a checksum of the request's body.
    pub fn wants_checksum(self) -> bool {
        self.data.wants_checksum
    }
}

/// An error that a service's model knows.
#[derive(Clone, Copy, Debug)]
pub struct ErrorFacts(pub(crate) &'static ErrorData);

impl ErrorFacts {
    /// The name of its shape: `QueueDoesNotExist`. The JSON protocols send it.
    pub fn shape(self) -> &'static str {
        self.0.shape
    }

    /// The code that the query and XML protocols send: `AWS.SimpleQueueService.NonExistentQueue`.
    pub fn code(self) -> &'static str {
        self.0.code
    }

    /// Its class in the AWS SDK for Java, version 2: `QueueDoesNotExistException`.
    pub fn sdk_name(self) -> &'static str {
        self.0.sdk_name
    }

    /// Its class in version 1 of that SDK.
    pub fn legacy_name(self) -> &'static str {
        self.0.legacy_name
    }

    /// Its HTTP status, where the model says it.
    pub fn status(self) -> Option<u16> {
        self.0.status
    }
}
