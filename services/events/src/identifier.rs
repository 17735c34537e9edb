//! The names and ARNs by which requests speak of buses and rules.

use base::Arn;

use crate::errors::Error;

/// The bus that each account has always.
pub(crate) const DEFAULT_BUS: &str = "default";

/// Whose buses and rules: `arn:aws:events:us-east-1:000000000000`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope(String);

impl Scope {
    pub(crate) fn new(partition: &str, region: &str, account: &str) -> Self {
        Scope(format!("arn:{partition}:events:{region}:{account}"))
    }

    /// A scope as a key or a row holds it.
    pub(crate) fn of_text(text: String) -> Self {
        Scope(text)
    }

    /// The scope of an ARN of this service.
    pub(crate) fn of_arn(arn: &Arn) -> Self {
        Scope::new(&arn.partition, &arn.region, &arn.account)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn partition(&self) -> &str {
        self.0.split(':').nth(1).unwrap_or_default()
    }

    /// The region and the account.
    pub(crate) fn place(&self) -> (&str, &str) {
        let mut parts = self.0.split(':').skip(3);
        (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
    }

    pub(crate) fn bus(&self, name: &str) -> String {
        format!("{}:event-bus/{name}", self.0)
    }

    pub(crate) fn connection(&self, name: &str, id: &str) -> String {
        format!("{}:connection/{name}/{id}", self.0)
    }

    pub(crate) fn replay(&self, name: &str) -> String {
        format!("{}:replay/{name}", self.0)
    }

    pub(crate) fn destination(&self, name: &str, id: &str) -> String {
        format!("{}:api-destination/{name}/{id}", self.0)
    }
}

/// Which bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BusName {
    pub(crate) scope: Scope,
    pub(crate) name: String,
}

impl BusName {
    /// The bus that a request means by a name, an ARN or nothing.
    pub(crate) fn of(scope: Scope, given: Option<&str>) -> Self {
        let given = given.unwrap_or(DEFAULT_BUS);
        BusName::of_arn(given).unwrap_or_else(|| BusName { scope, name: given.to_owned() })
    }

    /// The bus of an ARN.
    pub(crate) fn of_arn(text: &str) -> Option<Self> {
        let arn = Arn::parse(text).ok().filter(|arn| arn.service == "events")?;
        let name = arn.resource.strip_prefix("event-bus/")?.to_owned();
        Some(BusName { scope: Scope::of_arn(&arn), name })
    }

    pub(crate) fn arn(&self) -> String {
        self.scope.bus(&self.name)
    }

    pub(crate) fn is_default(&self) -> bool {
        self.name == DEFAULT_BUS
    }

    pub(crate) fn rule(self, name: impl Into<String>) -> RuleName {
        RuleName { bus: self, name: name.into() }
    }
}

/// Which archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ArchiveName {
    pub(crate) scope: Scope,
    pub(crate) name: String,
}

impl ArchiveName {
    /// The archive of an ARN.
    pub(crate) fn of_arn(text: &str) -> Option<Self> {
        let arn = Arn::parse(text).ok().filter(|arn| arn.service == "events")?;
        let name = arn.resource.strip_prefix("archive/")?.to_owned();
        Some(ArchiveName { scope: Scope::of_arn(&arn), name })
    }

    pub(crate) fn arn(&self) -> String {
        format!("{}:archive/{}", self.scope.as_str(), self.name)
    }
}

/// Which rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RuleName {
    pub(crate) bus: BusName,
    pub(crate) name: String,
}

impl RuleName {
    /// Rules of the default bus don't name it.
    pub(crate) fn arn(&self) -> String {
        let RuleName { bus: BusName { scope, name: bus }, name } = self;
        match self.bus.is_default() {
            true => format!("{}:rule/{name}", scope.as_str()),
            false => format!("{}:rule/{bus}/{name}", scope.as_str()),
        }
    }

    /// The name of the rule of an ARN.
    pub(crate) fn name_in(arn: &str) -> &str {
        arn.rsplit_once('/').map_or(arn, |(_, name)| name)
    }

    /// Refuses to change a rule that is another's.
    pub(crate) fn check_own(&self, managed_by: Option<&str>) -> Result<(), Error> {
        match managed_by {
            Some(manager) => Err(Error::ManagedRule(self.name.clone(), manager.to_owned())),
            None => Ok(()),
        }
    }

    pub(crate) fn not_found(&self) -> Error {
        Error::RuleNotFound { rule: self.name.clone(), bus: self.bus.name.clone() }
    }
}

/// What can be tagged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tagged {
    Bus(BusName),
    Rule(RuleName),
}

impl Tagged {
    pub(crate) fn of_arn(text: &str) -> Result<Self, Error> {
        let invalid = || {
            Error::validation(
                "Parameter ResourceARN is not valid. Reason: Provided Arn is not in correct format.",
            )
        };
        if let Some(bus) = BusName::of_arn(text) {
            return Ok(Tagged::Bus(bus));
        }
        let arn = Arn::parse(text).ok().filter(|arn| arn.service == "events");
        let arn = arn.ok_or_else(invalid)?;
        let rule = arn.resource.strip_prefix("rule/").ok_or_else(invalid)?;
        let (bus, rule) = rule.rsplit_once('/').unwrap_or((DEFAULT_BUS, rule));
        Ok(Tagged::Rule(BusName { scope: Scope::of_arn(&arn), name: bus.to_owned() }.rule(rule)))
    }
}
