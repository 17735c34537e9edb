//! Blocks of internet addresses: `10.0.0.0/24`, `2001:db8::/32`.

use std::net::IpAddr;

/// A block of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cidr {
    network: IpAddr,
    bits: u32,
}

impl Cidr {
    /// The block that a text names; `None` if it names none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (network, bits) = text.split_once('/')?;
        let network: IpAddr = network.parse().ok()?;
        let bits = bits.parse().ok().filter(|bits| *bits <= width(network))?;
        Some(Cidr { network, bits })
    }

    /// Whether the text is an address of the block.
    pub(crate) fn holds(&self, address: &str) -> bool {
        let Ok(address) = address.parse::<IpAddr>() else { return false };
        if width(address) != width(self.network) {
            return false;
        }
        let host_bits = width(self.network) - self.bits;
        let network = |address| number(address).checked_shr(host_bits).unwrap_or(0);
        network(address) == network(self.network)
    }
}

fn width(address: IpAddr) -> u32 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(block: &str, address: &str) -> bool {
        Cidr::parse(block).expect("parses").holds(address)
    }

    #[test]
    fn a_block_holds_the_addresses_of_its_network() {
        assert!(holds("10.0.0.0/24", "10.0.0.255"));
        assert!(!holds("10.0.0.0/24", "10.0.1.0"));
        assert!(holds("0.0.0.0/0", "203.0.113.9"));
        assert!(holds("10.0.0.1/32", "10.0.0.1"));
        assert!(holds("2001:db8::/32", "2001:db8:1::1"));
        assert!(holds("::/0", "2001:db8:1::1"));
        assert!(!holds("::/0", "10.0.0.1"), "of another family");
        assert!(!holds("10.0.0.0/8", "not an address"));
    }

    #[test]
    fn what_isnt_a_block_is_refused() {
        for text in ["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "::/129", "/8"] {
            assert_eq!(Cidr::parse(text), None, "{text}");
        }
    }
}
