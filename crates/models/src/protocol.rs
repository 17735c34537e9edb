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
