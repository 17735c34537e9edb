//! The formats of `AWSEmail`, `AWSURL`, `AWSPhone` and `AWSIPAddress`.

use std::net::{Ipv4Addr, Ipv6Addr};

/// RFC 822's `local@domain`: `a@b` is one.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    is_local_part(local) && is_domain(domain)
}

fn is_local_part(local: &str) -> bool {
    if let Some(quoted) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return !quoted.contains(['"', '\\', '\r', '\n']);
    }
    let is_atom_byte =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atom_byte))
}

fn is_domain(domain: &str) -> bool {
    if let Some(literal) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return literal
            .strip_prefix("IPv6:")
            .unwrap_or(literal)
            .parse::<std::net::IpAddr>()
            .is_ok();
    }
    domain.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
}

/// Any scheme, a host (`localhost` is one), and no two slashes in a row in the path.
pub(super) fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let is_scheme_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    if !scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        || !scheme.bytes().all(is_scheme_byte)
        || text.contains(|letter: char| letter.is_whitespace() || letter.is_control())
    {
        return false;
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, after) = rest.split_at(end);
    let path = &after[..after.find(['?', '#']).unwrap_or(after.len())];
    if path.contains("//") {
        return false;
    }
    (scheme.eq_ignore_ascii_case("file") && authority.is_empty()) || is_authority(authority)
}

fn is_authority(authority: &str) -> bool {
    let host_and_port = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if let Some(rest) = host_and_port.strip_prefix('[') {
        let Some((address, port)) = rest.split_once(']') else { return false };
        return address.parse::<Ipv6Addr>().is_ok() && is_port(port.strip_prefix(':'), port);
    }
    let (host, port) = match host_and_port.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (host_and_port, None),
    };
    is_domain(host.strip_suffix('.').unwrap_or(host)) && is_port(port, "")
}

fn is_port(port: Option<&str>, absent: &str) -> bool {
    match port {
        Some(port) => port.parse::<u16>().is_ok(),
        None => absent.is_empty(),
    }
}

/// With a country code any number of 7 to 15 digits; without one a number of North America's plan,
/// in which neither area nor exchange begins with 0 or 1: AWS refuses `1110004444`.
pub(super) fn is_phone(text: &str) -> bool {
    let (has_country, rest) = match text.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    if !rest.bytes().all(|byte| byte.is_ascii_digit() || b" -().".contains(&byte)) {
        return false;
    }
    let digits: Vec<u8> = rest.bytes().filter(u8::is_ascii_digit).collect();
    if has_country && digits.first() != Some(&b'1') {
        return (7..=15).contains(&digits.len()) && digits[0] != b'0';
    }
    let national = match digits.len() {
        11 if digits[0] == b'1' => &digits[1..],
        10 if !has_country => &digits[..],
        _ => return false,
    };
    b'2' <= national[0] && b'2' <= national[3]
}

/// An address of either version, or a block of them.
pub(super) fn is_ip_address(text: &str) -> bool {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let bits = if address.parse::<Ipv4Addr>().is_ok() {
        32
    } else if address.parse::<Ipv6Addr>().is_ok() {
        128
    } else {
        return false;
    };
    prefix.is_none_or(|prefix| {
        prefix.bytes().all(|byte| byte.is_ascii_digit())
            && prefix.parse::<u8>().is_ok_and(|prefix| prefix <= bits)
    })
}
