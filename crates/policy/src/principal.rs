//! Who asks, and which of the names that a policy may call it by.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>

use base::Arn;

/// Who makes a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// Its ARN: a user's, a session's, an account root's; of a service, its name.
    pub arn: String,
    /// Its account; empty for a service.
    pub account: String,
    /// What it is.
    pub kind: PrincipalKind,
}

/// What a principal is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrincipalKind {
    /// The root of its account, which needs no policy.
    Root,
    /// A user.
    User,
    /// A session of the role of that ARN.
    Session {
        /// The role's ARN.
        role_arn: String,
    },
    /// A session of a user who was federated.
    FederatedUser,
    /// Whoever an identity provider of that ARN vouches for.
    Federated,
    /// A service of AWS: `states.amazonaws.com`.
    Service,
}

/// How closely a statement of a resource's policy means a principal. Later ones are closer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grant {
    /// Its account: the account's own policies decide further.
    Account,
    /// The role whose session it is: bounds of the role and of the session hold.
    Role,
    /// Itself, or everybody.
    Direct,
}

impl Principal {
    /// The principal of that ARN. A session's ARN doesn't say its role's path: bring the role's ARN where it is known.
    pub fn of_arn(arn: &str, role_arn: Option<&str>) -> Self {
        let Ok(parsed) = Arn::parse(arn) else {
            let kind = PrincipalKind::Service;
            return Principal { arn: arn.to_owned(), account: String::new(), kind };
        };
        let kind = match parsed.resource.split_once('/') {
            _ if parsed.resource == "root" => PrincipalKind::Root,
            Some(("assumed-role", rest)) => {
                let name = rest.split('/').next().unwrap_or(rest);
                let plain =
                    || format!("arn:{}:iam::{}:role/{name}", parsed.partition, parsed.account);
                PrincipalKind::Session { role_arn: role_arn.map_or_else(plain, str::to_owned) }
            }
            Some(("role", _)) => PrincipalKind::Session { role_arn: arn.to_owned() },
            Some(("federated-user", _)) => PrincipalKind::FederatedUser,
            _ => PrincipalKind::User,
        };
        Principal { arn: arn.to_owned(), account: parsed.account, kind }
    }

    /// Whoever the identity provider of that ARN vouches for. It has no policies: others' have to let it in.
    pub fn federated(provider_arn: &str) -> Self {
        let (arn, account) = (provider_arn.to_owned(), String::new());
        Principal { arn, account, kind: PrincipalKind::Federated }
    }

    /// The value of `aws:PrincipalType`.
    pub fn type_name(&self) -> &'static str {
        match self.kind {
            PrincipalKind::Root => "Account",
            PrincipalKind::User => "User",
            PrincipalKind::Session { .. } => "AssumedRole",
            PrincipalKind::FederatedUser => "FederatedUser",
            PrincipalKind::Federated => "Federated",
            PrincipalKind::Service => "Service",
        }
    }

    /// The value of `aws:PrincipalArn`: of a session, its role's ARN.
    pub fn principal_arn(&self) -> &str {
        match &self.kind {
            PrincipalKind::Session { role_arn } => role_arn,
            PrincipalKind::Root
            | PrincipalKind::User
            | PrincipalKind::FederatedUser
            | PrincipalKind::Federated
            | PrincipalKind::Service => &self.arn,
        }
    }
}

/// The `Principal` of a statement, or its `NotPrincipal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Principals {
    pub(crate) negated: bool,
    pub(crate) named: Vec<Named>,
}

/// One principal as a policy names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    Everybody,
    /// Twelve digits, or the ARN of an account's root.
    Account(String),
    Arn(String),
    Service(String),
    /// An identity provider, by its ARN.
    Federated(String),
    /// A canonical user: nobody that a house knows.
    Other,
}

impl Named {
    /// What stands for one or several of AWS's principals: `*`, an account, an ARN.
    pub(crate) fn aws(text: &str) -> Self {
        if text == "*" {
            return Named::Everybody;
        }
        match Arn::parse(text) {
            Ok(arn) if arn.service == "iam" && arn.resource == "root" => {
                Named::Account(arn.account)
            }
            Ok(_) => Named::Arn(text.to_owned()),
            Err(_) => Named::Account(text.to_owned()),
        }
    }

    fn means(&self, principal: &Principal) -> Option<Grant> {
        let is_service = principal.kind == PrincipalKind::Service;
        let (fits, grant) = match self {
            Named::Everybody => (true, Grant::Direct),
            Named::Account(account) => match principal.kind {
                PrincipalKind::Root => (*account == principal.account, Grant::Direct),
                _ => (*account == principal.account && !is_service, Grant::Account),
            },
            Named::Arn(arn) if *arn == principal.arn => (true, Grant::Direct),
            Named::Arn(arn) => (arn == principal.principal_arn(), Grant::Role),
            Named::Service(name) => (is_service && *name == principal.arn, Grant::Direct),
            Named::Federated(arn) => {
                (principal.kind == PrincipalKind::Federated && *arn == principal.arn, Grant::Direct)
            }
            Named::Other => (false, Grant::Direct),
        };
        fits.then_some(grant)
    }
}

impl Principals {
    /// Whether a statement is about a principal, and how closely.
    pub(crate) fn mean(&self, principal: &Principal) -> Option<Grant> {
        let grant = self.named.iter().filter_map(|named| named.means(principal)).max();
        match (self.negated, grant) {
            (false, grant) => grant,
            (true, None) => Some(Grant::Direct),
            (true, Some(_)) => None,
        }
    }
}
