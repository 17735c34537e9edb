//! `AMAZON_OPENSEARCH_SERVICE`, and by its older name `AMAZON_ELASTICSEARCH`: a request to the endpoint of a domain.
//!
//! <https://docs.aws.amazon.com/appsync/latest/devguide/resolver-mapping-template-reference-elasticsearch.html>

use json::Value;
use resolver::Failure;

use super::http::{self, Asked};
use super::{Query, given, misfit, operation, text};

pub(super) async fn ask(query: &Query<'_>) -> Result<Value, Failure> {
    let request = query.request;
    let method = operation(request)?;
    if !matches!(method.as_str(), "GET" | "POST" | "PUT" | "HEAD" | "DELETE") {
        return Err(misfit(format!("Unsupported operation '{method}'.")));
    }
    let config = (query.source.open_search_service_config.as_ref().map(|it| &it.endpoint))
        .or_else(|| query.source.elasticsearch_config.as_ref().map(|it| &it.endpoint));
    let endpoint = config.ok_or_else(|| misfit("The data source has no endpoint."))?;
    let params = given(request, "params").unwrap_or_default();
    let asked = Asked {
        method,
        url: http::url(endpoint, &text(request, "path").unwrap_or_default())?,
        query: given(&params, "queryString").unwrap_or_default(),
        headers: given(&params, "headers").unwrap_or_default(),
        body: given(&params, "body"),
        content_type: Some("application/json"),
    };
    let answer = http::send(query, asked, None).await?;
    let (status, body) = (answer.status(), String::from_utf8_lossy(answer.body()).into_owned());
    if !status.is_success() {
        return Err(Failure::new(body, format!("OpenSearch:{}", status.as_u16())));
    }
    match body.as_str() {
        "" => Ok(Value::NULL),
        text => Value::parse(text)
            .map_err(|_| Failure::new("The domain's answer is no JSON.", "OpenSearch:Response")),
    }
}
