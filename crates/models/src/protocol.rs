/// How a service is asked and how it replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// `POST /`, the operation in `X-Amz-Target`, a JSON object either way.
    Json1_0,
    /// The same with another content type.
    Json1_1,
    /// `POST /` with a form of `Action=…&Version=…`, an XML document in return.
    Query,
    /// Method and path name the operation; what isn't in path, query and headers is a JSON object.
    RestJson,
    /// The same with XML documents.
    RestXml,
    /// The query protocol as EC2 alone speaks it.
    Ec2,
}

impl Protocol {
    /// The content type of replies; with the JSON protocols also of requests.
    pub fn content_type(self) -> &'static str {
        match self {
            Protocol::Json1_0 => "application/x-amz-json-1.0",
            Protocol::Json1_1 => "application/x-amz-json-1.1",
            Protocol::RestJson => "application/json",
            Protocol::Query | Protocol::Ec2 => "text/xml",
            Protocol::RestXml => "application/xml",
        }
    }
}
