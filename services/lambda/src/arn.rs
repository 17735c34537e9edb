//! The names of functions, their versions and aliases: as clients write them, and as ARNs.

use std::fmt;

use base::Arn;

/// What `$LATEST` is called where a version is asked for.
pub(crate) const LATEST: &str = "$LATEST";

/// Where a resource is: `arn:aws:lambda:us-east-1:000000000000`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Scope(String);

impl Scope {
    pub(crate) fn new(partition: &str, region: &str, account: &str) -> Self {
        Scope(format!("arn:{partition}:lambda:{region}:{account}"))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The scope as it stands in a key.
    pub(crate) fn read(text: String) -> Self {
        Scope(text)
    }

    pub(crate) fn account(&self) -> &str {
        self.0.rsplit(':').next().unwrap_or_default()
    }

    pub(crate) fn function(&self, name: &str) -> FunctionArn {
        FunctionArn { scope: self.clone(), name: name.to_owned(), qualifier: None }
    }

    pub(crate) fn layer(&self, name: &str) -> LayerArn {
        LayerArn { scope: self.clone(), name: name.to_owned() }
    }

    pub(crate) fn mapping(&self, id: &str) -> String {
        format!("{}:event-source-mapping:{id}", self.0)
    }
}

/// What stands behind the name of a function.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Qualifier {
    Latest,
    Version(u64),
    Alias(String),
}

impl Qualifier {
    fn parse(text: &str) -> Self {
        if text == LATEST {
            return Qualifier::Latest;
        }
        match text.parse() {
            Ok(number) => Qualifier::Version(number),
            Err(_) => Qualifier::Alias(text.to_owned()),
        }
    }
}

impl fmt::Display for Qualifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Qualifier::Latest => f.write_str(LATEST),
            Qualifier::Version(number) => write!(f, "{number}"),
            Qualifier::Alias(name) => f.write_str(name),
        }
    }
}

/// A function, or with a qualifier a version or an alias of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FunctionArn {
    pub(crate) scope: Scope,
    pub(crate) name: String,
    pub(crate) qualifier: Option<Qualifier>,
}

impl FunctionArn {
    /// Reads any of the forms AWS takes: `name`, `name:qualifier`, `account:function:name`, a whole ARN.
    pub(crate) fn parse(text: &str, home: &Scope) -> Option<Self> {
        if let Ok(arn) = Arn::parse(text) {
            if arn.service != "lambda" {
                return None;
            }
            let scope = Scope::new(&arn.partition, &arn.region, &arn.account);
            return FunctionArn::named(arn.resource.strip_prefix("function:")?, scope);
        }
        match text.split_once(":function:") {
            Some((account, name)) if is_account(account) => {
                let place = home.0.rsplit_once(':')?.0;
                FunctionArn::named(name, Scope(format!("{place}:{account}")))
            }
            Some(_) => None,
            None => {
                FunctionArn::named(text.strip_prefix("function:").unwrap_or(text), home.clone())
            }
        }
    }

    fn named(text: &str, scope: Scope) -> Option<Self> {
        let (name, qualifier) = match text.split_once(':') {
            Some((name, qualifier)) => (name, Some(qualifier)),
            None => (text, None),
        };
        let valid = is_word(name) && qualifier.is_none_or(|it| it == LATEST || is_word(it));
        let qualifier = qualifier.map(Qualifier::parse);
        valid.then(|| FunctionArn { scope, name: name.to_owned(), qualifier })
    }

    /// The same function with another qualifier.
    pub(crate) fn qualified(&self, qualifier: Qualifier) -> Self {
        FunctionArn { qualifier: Some(qualifier), ..self.clone() }
    }

    /// The same function with a qualifier as clients write it.
    pub(crate) fn with_qualifier(&self, text: &str) -> Self {
        self.qualified(Qualifier::parse(text))
    }

    /// The function alone.
    pub(crate) fn unqualified(&self) -> Self {
        FunctionArn { qualifier: None, ..self.clone() }
    }

    /// The qualifier as a key of what is kept for each: nothing and `$LATEST` are one.
    pub(crate) fn qualifier_key(&self) -> String {
        self.qualifier.as_ref().map_or_else(|| LATEST.to_owned(), Qualifier::to_string)
    }
}

impl fmt::Display for FunctionArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:function:{}", self.scope.0, self.name)?;
        match &self.qualifier {
            Some(qualifier) => write!(f, ":{qualifier}"),
            None => Ok(()),
        }
    }
}

/// A layer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LayerArn {
    pub(crate) scope: Scope,
    pub(crate) name: String,
}

impl LayerArn {
    /// Reads a name or a whole ARN.
    pub(crate) fn parse(text: &str, home: &Scope) -> Option<Self> {
        match Arn::parse(text) {
            Ok(arn) if arn.service == "lambda" => {
                let scope = Scope::new(&arn.partition, &arn.region, &arn.account);
                let name = arn.resource.strip_prefix("layer:")?;
                is_word(name).then(|| scope.layer(name))
            }
            Ok(_) => None,
            Err(_) => is_word(text).then(|| home.layer(text)),
        }
    }

    /// Reads the ARN of a version.
    pub(crate) fn parse_version(text: &str) -> Option<(Self, u64)> {
        let (layer, number) = text.rsplit_once(':')?;
        let arn = Arn::parse(layer).ok()?;
        let scope = Scope::new(&arn.partition, &arn.region, &arn.account);
        Some((LayerArn::parse(layer, &scope)?, number.parse().ok()?))
    }

    pub(crate) fn version(&self, number: u64) -> String {
        format!("{self}:{number}")
    }
}

impl fmt::Display for LayerArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:layer:{}", self.scope.0, self.name)
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Letters, digits, hyphens and underscores: what names of functions and aliases are made of.
pub(crate) fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// A name that no version could have.
pub(crate) fn is_alias(text: &str) -> bool {
    is_word(text) && !text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form_that_aws_takes() {
        let home = Scope::new("aws", "us-east-1", "000000000000");
        let read = |text: &str| FunctionArn::parse(text, &home).map(|arn| arn.to_string());
        let plain = "arn:aws:lambda:us-east-1:000000000000:function:f";
        for text in ["f", "function:f", "000000000000:function:f", plain] {
            assert_eq!(read(text).as_deref(), Some(plain), "{text}");
        }
        assert_eq!(read("f:live"), Some(format!("{plain}:live")));
        assert_eq!(read("f:$LATEST"), Some(format!("{plain}:$LATEST")));
        let foreign = "arn:aws:lambda:eu-west-1:111122223333:function:f:7";
        assert_eq!(read(foreign).as_deref(), Some(foreign));
        for text in ["", "f g", "arn:aws:sqs:us-east-1:000000000000:f", "12:function:f", "f:a:b"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_layer_is_named_with_its_version_or_without() {
        let home = Scope::new("aws", "us-east-1", "000000000000");
        let arn = "arn:aws:lambda:us-east-1:000000000000:layer:l";
        for text in ["l", arn] {
            assert_eq!(LayerArn::parse(text, &home).map(|it| it.to_string()).as_deref(), Some(arn));
        }
        let read = LayerArn::parse_version(&format!("{arn}:7"));
        assert_eq!(read.map(|(layer, number)| layer.version(number)), Some(format!("{arn}:7")));
        for text in ["l:7", arn, "arn:aws:lambda:us-east-1:000000000000:function:f:7"] {
            assert_eq!(LayerArn::parse_version(text), None, "{text}");
        }
    }

    #[test]
    fn a_qualifier_is_a_version_if_it_is_a_number() {
        let home = Scope::new("aws", "us-east-1", "000000000000");
        let read = |text: &str| FunctionArn::parse(text, &home).and_then(|arn| arn.qualifier);
        assert_eq!(read("f:12"), Some(Qualifier::Version(12)));
        assert_eq!(read("f:v12"), Some(Qualifier::Alias("v12".into())));
        assert_eq!(read("f"), None);
    }
}
