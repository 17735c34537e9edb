//! Who had a browser send a request.
//!
//! A house that lets anyone in also lets in what a web page has the developer's browser send, whoever wrote the page.
//! The browser tells: in `Origin` and `Sec-Fetch-Site`, and in `Host` by which name the page found the house.
//! Clients that are no browsers are not held up by any of it.
//!
//! <https://developer.mozilla.org/en-US/docs/Glossary/Fetch_metadata_request_header>

use std::net::IpAddr;

use http::uri::Authority;
use http::{HeaderMap, HeaderName, Method, Uri, header};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What AWS's names end with; those who write to them by a proxy or a file of hosts mean the house.
const AWS_SUFFIXES: [&str; 3] = [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"];

/// What containers call the machine that they run on.
const MACHINE_OF_CONTAINERS: &str = "host.docker.internal";

/// What SDKs put before the host of some operations, whatever it is.
const SYNC: &str = "sync-";

/// Whether the house is asked by a name that is its own. Any other may be a stranger's, who has it lead here for the
/// browser to take his page for the house's. `names` are what the developer calls it besides, in lower case; what ends
/// with one, as buckets do that stand in hosts, means the house too.
pub(super) fn is_asked_by_its_name(headers: &HeaderMap, names: &[String]) -> bool {
    let Some(host) = headers.get(header::HOST) else { return true };
    let host = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
    host.is_some_and(|host| {
        let name = host.host().trim_end_matches('.').to_ascii_lowercase();
        let name = name.strip_prefix(SYNC).unwrap_or(&name);
        is_loopback(name)
            || name == MACHINE_OF_CONTAINERS
            || AWS_SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
            || names.iter().any(|own| is_below(name, own))
    })
}

/// Whether a name is that one or ends with it: `photos.s3.freehold` with `freehold`.
fn is_below(name: &str, own: &str) -> bool {
    name.strip_suffix(own).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// Whether a page that isn't of this machine had the browser send it.
pub(super) fn is_foreign(headers: &HeaderMap) -> bool {
    // The pages of a machine are at ports of their own, which makes them cross-site to each other.
    match headers.get(header::ORIGIN) {
        Some(origin) => {
            let origin = origin.to_str().ok().and_then(|origin| origin.parse::<Uri>().ok());
            !origin.is_some_and(|origin| {
                origin.host().is_some_and(|host| is_loopback(&host.to_ascii_lowercase()))
            })
        }
        None => headers.get(FETCH_SITE).is_some_and(|site| site == "cross-site"),
    }
}

/// Whether a method changes nothing.
pub(super) fn only_reads(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether a host is this machine, as it stands in an address: IPv6 has brackets there.
fn is_loopback(host: &str) -> bool {
    let literal = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host == "localhost"
        || host.ends_with(".localhost")
        || literal.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().expect("is a value"))])
    }

    #[test]
    fn knows_the_names_of_the_house() {
        let is_own = |host| is_asked_by_its_name(&headers(header::HOST, host), &[]);
        for host in [
            "localhost",
            "LOCALHOST:4566",
            "localhost.:4566",
            "lambda.localhost:4566",
            "photos.s3.localhost",
            "127.0.0.1:4566",
            "127.1.2.3",
            "[::1]:4566",
            "sync-127.0.0.1:4566",
            "sync-localhost",
            "states.us-east-1.amazonaws.com",
            "photos.s3.amazonaws.com",
            "host.docker.internal:4566",
        ] {
            assert!(is_own(host), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:4566",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "evillocalhost",
            "evilamazonaws.com",
            "192.0.2.1",
            "[2001:db8::1]:4566",
            "",
        ] {
            assert!(!is_own(host), "{host}");
        }
    }

    #[test]
    fn knows_the_names_that_the_developer_gives_it() {
        let names = ["freehold".to_owned(), "192.168.1.5".to_owned()];
        let is_own = |host| is_asked_by_its_name(&headers(header::HOST, host), &names);
        for host in
            ["freehold:4566", "Freehold", "photos.s3.freehold", "sync-freehold", "192.168.1.5:4566"]
        {
            assert!(is_own(host), "{host}");
        }
        for host in ["notfreehold", "freehold.evil.example", "192.168.1.50", "1192.168.1.5"] {
            assert!(!is_own(host), "{host}");
        }
    }

    #[test]
    fn knows_the_pages_of_this_machine() {
        for origin in [
            "http://localhost:3000",
            "https://app.localhost",
            "http://127.0.0.1:8080",
            "http://[::1]:1",
        ] {
            assert!(!is_foreign(&headers(header::ORIGIN, origin)), "{origin}");
        }
        for origin in ["http://evil.example", "https://localhost.evil.example", "null", ""] {
            assert!(is_foreign(&headers(header::ORIGIN, origin)), "{origin}");
        }
        for (site, foreign) in
            [("cross-site", true), ("same-site", false), ("same-origin", false), ("none", false)]
        {
            assert_eq!(is_foreign(&headers(FETCH_SITE, site)), foreign, "{site}");
        }
        assert!(!is_foreign(&HeaderMap::new()));
    }
}
