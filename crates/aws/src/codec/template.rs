//! URI templates of the REST protocols: `/2015-03-31/functions/{FunctionName}`, `/{Bucket}/{Key+}?acl`.

use models::{Operation, Service};

/// Labels of a path with their values.
pub(super) type Labels = Vec<(&'static str, String)>;

/// The operation whose method and template fit best, with the values of its labels.
///
/// Of several, the one with more of its text fixed wins, as with every router: `/tags/{arn}` before `/{Key+}`.
pub(super) fn route(
    service: &'static Service,
    method: &str,
    path: &str,
    query: &str,
) -> Option<(Operation, Labels)> {
    let fitting = service.operations().filter(|operation| operation.method() == method);
    let fitting = fitting.filter_map(|operation| {
        let (template, constants) = split(operation.uri());
        let given = constants.iter().all(|constant| has_parameter(query, constant));
        let (fixed, labels) = if given { fit(template, path)? } else { return None };
        Some(((constants.len(), fixed), operation, labels))
    });
    let (_, operation, labels) = fitting.max_by_key(|(rank, ..)| *rank)?;
    Some((operation, labels))
}

/// The path with its labels filled in, and the parameters that the template itself gives the query.
pub(super) fn fill(
    template: &'static str,
    value_of: impl Fn(&str) -> Option<String>,
) -> Option<(String, Vec<&'static str>)> {
    let (template, constants) = split(template);
    let mut path = String::new();
    for segment in template.split('/').skip(1) {
        path.push('/');
        match label(segment) {
            None => path.push_str(segment),
            Some((name, is_greedy)) => {
                let value = value_of(name).filter(|value| !value.is_empty())?;
                encode(&mut path, &value, if is_greedy { "/" } else { "" });
            }
        }
    }
    Some((path, constants))
}

/// Everything percent-encoded but RFC 3986's unreserved characters and those kept.
pub(super) fn encode(text: &mut String, value: &str, kept: &str) {
    use std::fmt::Write as _;
    for byte in value.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if plain || kept.as_bytes().contains(&byte) {
            text.push(char::from(byte));
        } else {
            write!(text, "%{byte:02X}").expect("a String takes all that is written");
        }
    }
}

/// The names of the parameters that a template itself gives the query.
pub(super) fn constants(template: &'static str) -> impl Iterator<Item = &'static str> {
    let (_, query) = template.split_once('?').unwrap_or((template, ""));
    query.split('&').map(|constant| constant.split_once('=').map_or(constant, |(name, _)| name))
}

fn split(template: &'static str) -> (&'static str, Vec<&'static str>) {
    let (path, query) = template.split_once('?').unwrap_or((template, ""));
    (path, query.split('&').filter(|constant| !constant.is_empty()).collect())
}

fn has_parameter(query: &str, constant: &str) -> bool {
    query.split('&').any(|given| {
        given == constant || given.strip_suffix('=').is_some_and(|name| name == constant)
    })
}

/// How many segments of the template are fixed, and the values of the others.
fn fit(template: &'static str, path: &str) -> Option<(usize, Labels)> {
    let (template, path) = (template.trim_end_matches('/'), path.trim_end_matches('/'));
    let (mut fixed, mut labels) = (0, Labels::new());
    let mut rest = path;
    for segment in template.split('/').skip(1) {
        rest = rest.strip_prefix('/')?;
        let end = match label(segment) {
            Some((_, true)) => rest.len(),
            _ => rest.find('/').unwrap_or(rest.len()),
        };
        let given = &rest[..end];
        match label(segment) {
            None if given == segment => fixed += 1,
            None => return None,
            Some(_) if given.is_empty() => return None,
            Some((name, _)) => labels.push((name, decode(given))),
        }
        rest = &rest[end..];
    }
    rest.is_empty().then_some((fixed, labels))
}

fn label(segment: &'static str) -> Option<(&'static str, bool)> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    Some(name.strip_suffix('+').map_or((name, false), |name| (name, true)))
}

fn decode(text: &str) -> String {
    String::from_utf8_lossy(&crate::sigv4::percent_decoded(text)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routed(service: &str, method: &str, path: &str, query: &str) -> Option<(String, Labels)> {
        let service = models::find(service).expect("is a service");
        let (operation, labels) = route(service, method, path, query)?;
        Some((operation.name().to_owned(), labels))
    }

    #[test]
    fn a_path_names_its_operation_and_labels() {
        let invoke =
            routed("lambda", "POST", "/2015-03-31/functions/arn%3Aaws/invocations", "Qualifier=1");
        assert_eq!(invoke, Some(("Invoke".into(), vec![("FunctionName", "arn:aws".into())])));
        let list = routed("lambda", "GET", "/2015-03-31/functions", "");
        assert_eq!(list, Some(("ListFunctions".into(), vec![])));
        assert_eq!(routed("lambda", "GET", "/2015-03-31/nothing", ""), None);
        assert_eq!(routed("lambda", "PATCH", "/2015-03-31/functions/", ""), None);
    }

    #[test]
    fn fixed_text_wins_over_labels() {
        let import = routed("apigateway", "POST", "/restapis", "mode=import&x=1").map(|it| it.0);
        assert_eq!(import.as_deref(), Some("ImportRestApi"));
        let create = routed("apigateway", "POST", "/restapis", "").map(|it| it.0);
        assert_eq!(create.as_deref(), Some("CreateRestApi"));
    }

    #[test]
    fn greedy_labels_take_slashes() {
        let tags = routed("lambda", "GET", "/2017-03-31/tags/arn%3Aa", "").map(|it| it.0);
        assert_eq!(tags.as_deref(), Some("ListTags"));
        let filled = fill("/a/{Key+}?x", |_| Some("b/c d".into()));
        assert_eq!(filled, Some(("/a/b/c%20d".into(), vec!["x"])));
        assert_eq!(fill("/a/{Key}", |_| Some("b/c".into())), Some(("/a/b%2Fc".into(), vec![])));
        assert_eq!(fill("/a/{Key}", |_| None), None);
    }
}
