//! PostgreSQL's `inet` and `cidr`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// `10.0.0.1`, `10.0.0.0/8`: a network always says its bits, a host only where it isn't alone.
pub(super) fn text(bytes: &[u8]) -> Option<String> {
    let [_family, bits, is_network, _len, address @ ..] = bytes else { return None };
    let address: IpAddr = match address.len() {
        4 => Ipv4Addr::from(<[u8; 4]>::try_from(address).ok()?).into(),
        16 => Ipv6Addr::from(<[u8; 16]>::try_from(address).ok()?).into(),
        _ => return None,
    };
    let is_alone = usize::from(*bits) == if address.is_ipv4() { 32 } else { 128 };
    Some(match *is_network == 0 && is_alone {
        true => address.to_string(),
        false => format!("{address}/{bits}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_networks_always_say_their_bits() {
        assert_eq!(text(&[2, 32, 0, 4, 10, 0, 0, 1]).as_deref(), Some("10.0.0.1"));
        assert_eq!(text(&[2, 8, 0, 4, 10, 0, 0, 1]).as_deref(), Some("10.0.0.1/8"));
        assert_eq!(text(&[2, 32, 1, 4, 10, 0, 0, 1]).as_deref(), Some("10.0.0.1/32"));
        assert_eq!(text(&[2, 32, 0, 4, 10]), None);
    }
}
