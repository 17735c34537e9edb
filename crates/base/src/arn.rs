use std::fmt;

/// `arn:partition:service:region:account:resource`, split but not interpreted:
/// what a resource part means is its service's business.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Arn {
    pub partition: String,
    pub service: String,
    pub region: String,
    pub account: String,
    /// Everything after the fifth colon, further colons included.
    pub resource: String,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArnError {
    #[error("not an ARN: {0}")]
    Prefix(String),
    #[error("an ARN needs six parts: {0}")]
    Parts(String),
}

impl Arn {
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        if !text.starts_with("arn:") {
            return Err(ArnError::Prefix(text.to_owned()));
        }
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let [_, partition, service, region, account, resource] = parts[..] else {
            return Err(ArnError::Parts(text.to_owned()));
        };
        Ok(Arn {
            partition: partition.to_owned(),
            service: service.to_owned(),
            region: region.to_owned(),
            account: account.to_owned(),
            resource: resource.to_owned(),
        })
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Arn { partition, service, region, account, resource } = self;
        write!(f, "arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_colons_of_the_resource() {
        let text = "arn:aws:states:us-east-1:000000000000:execution:machine:run";
        let arn = Arn::parse(text).expect("parses");
        assert_eq!(arn.resource, "execution:machine:run");
        assert_eq!(arn.to_string(), text);
    }

    #[test]
    fn tells_a_wrong_prefix_from_missing_parts() {
        assert_eq!(Arn::parse("machine"), Err(ArnError::Prefix("machine".into())));
        assert_eq!(Arn::parse("arn:aws:states"), Err(ArnError::Parts("arn:aws:states".into())));
    }
}
