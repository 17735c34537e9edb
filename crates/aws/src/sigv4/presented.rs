//! What a request claims about its signer, and whether that is true. The texts are AWS's.

use std::time::Duration;

use base::Timestamp;
use hmac::Mac;
use http::header::{AUTHORIZATION, DATE as HTTP_DATE};
use http::{HeaderMap, HeaderName};

use super::sign::{DATE, SECURITY_TOKEN};
use super::{
    ALGORITHM, Chain, Credentials, Request, Scope, TERMINATOR, canonical, signature, signing_key,
    time, unhex,
};
use crate::Error;

/// How far the clocks of client and server may differ.
const SKEW: Duration = Duration::from_mins(15);
/// How long a presigned request can be valid.
const EXPIRES_SECONDS_MAX: u64 = 7 * 24 * 60 * 60;

/// The signature of a request and what it says of itself, not yet verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    access_key_id: String,
    scope: Scope,
    instant: String,
    signed_headers: Vec<String>,
    signature: String,
    session_token: Option<String>,
    /// How long it is valid, if it is a presigned request.
    expires: Option<Duration>,
}

impl Presented {
    /// Reads the signature in the `Authorization` header or, of a presigned request, in the query.
    pub fn of(headers: &HeaderMap, query: &str) -> Result<Self, Error> {
        if let Some(authorization) = text(headers, &AUTHORIZATION) {
            return Presented::of_header(authorization, headers);
        }
        let parameters = Parameters::of(query);
        if parameters.get("X-Amz-Algorithm").is_some() {
            return Presented::of_query(&parameters);
        }
        Err(Error::client("MissingAuthenticationTokenException", "Missing Authentication Token"))
    }

    /// The service that a signature says it was made for, even where the rest of it can't be read.
    pub fn service_of(headers: &HeaderMap, query: &str) -> Option<String> {
        let parameters = Parameters::of(query);
        let credential = match text(headers, &AUTHORIZATION) {
            Some(authorization) => {
                authorization.split([',', ' ']).find_map(|pair| pair.strip_prefix("Credential="))?
            }
            None => parameters.get("X-Amz-Credential")?,
        };
        // Before the terminator: signatures for many regions name none.
        credential.rsplit('/').nth(1).map(str::to_owned)
    }

    /// The key that it says it was made with.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// The token that temporary credentials go with.
    pub fn session_token(&self) -> Option<&str> {
        self.session_token.as_deref()
    }

    /// The service that it says it was made for: `states`.
    pub fn service(&self) -> &str {
        &self.scope.service
    }

    /// The region that it says it was made for.
    pub fn region(&self) -> &str {
        &self.scope.region
    }

    /// Holds the signature against the key of its name, at that time, for that service.
    pub fn verify(
        &self,
        request: &Request<'_>,
        credentials: &Credentials,
        service: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        if self.session_token != credentials.session_token {
            return Err(Error::unrecognized_client());
        }
        if self.scope.service != service {
            return Err(invalid(format!(
                "Credential should be scoped to correct service: '{service}'. "
            )));
        }
        self.check_time(now)?;
        self.check_signed_headers(request.headers)?;
        let signed: Vec<&str> = self.signed_headers.iter().map(String::as_str).collect();
        let canonical_request =
            canonical::request(request, &signed, service, self.expires.is_some());
        let expected = signature(
            &credentials.secret_access_key,
            &self.scope,
            &self.instant,
            &canonical_request,
        );
        let given = unhex(&self.signature).unwrap_or_default();
        expected.verify_slice(&given).map_err(|_| {
            invalid(
                "The request signature we calculated does not match the signature you provided. \
                 Check your AWS Secret Access Key and signing method. \
                 Consult the service documentation for details.",
            )
        })
    }

    /// What the signatures of the body's chunks follow from, once this one has been verified with that key.
    pub fn chain(&self, credentials: &Credentials) -> Chain {
        let key = signing_key(&credentials.secret_access_key, &self.scope);
        Chain::new(key, &self.instant, &self.scope, &self.signature)
    }

    fn of_header(authorization: &str, headers: &HeaderMap) -> Result<Self, Error> {
        let pairs = authorization.strip_prefix(ALGORITHM).unwrap_or(authorization);
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for pair in pairs.split([',', ' ']).filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("Credential", value)) => credential = Some(value),
                Some(("SignedHeaders", value)) => signed_headers = Some(value),
                Some(("Signature", value)) => signature = Some(value),
                Some(_) => {}
                None => {
                    return Err(incomplete(format!(
                        "'{pair}' not a valid key=value pair (missing equal-sign) \
                         in Authorization header: '{authorization}'."
                    )));
                }
            }
        }
        let instant = text(headers, &DATE).or_else(|| text(headers, &HTTP_DATE));
        let (Some(credential), Some(signature), Some(signed_headers), Some(instant)) =
            (credential, signature, signed_headers, instant)
        else {
            let missing: String = [
                (credential.is_none(), "requires 'Credential' parameter."),
                (signature.is_none(), "requires 'Signature' parameter."),
                (signed_headers.is_none(), "requires 'SignedHeaders' parameter."),
                (
                    instant.is_none(),
                    "requires existence of either a 'X-Amz-Date' or a 'Date' header.",
                ),
            ]
            .into_iter()
            .filter(|(missing, _)| *missing)
            .map(|(_, what)| format!("Authorization header {what} "))
            .collect();
            return Err(incomplete(format!("{missing}Authorization={authorization}")));
        };
        let (access_key_id, scope) = credential_of(credential)?;
        Ok(Presented {
            access_key_id,
            scope,
            instant: instant.to_owned(),
            signed_headers: headers_of(signed_headers),
            signature: signature.to_owned(),
            session_token: text(headers, &SECURITY_TOKEN).map(str::to_owned),
            expires: None,
        })
    }

    fn of_query(parameters: &Parameters) -> Result<Self, Error> {
        let required = |name: &str| {
            let missing =
                || incomplete(format!("AWS query-string parameters must include '{name}'."));
            parameters.get(name).ok_or_else(missing)
        };
        if required("X-Amz-Algorithm")? != ALGORITHM {
            return Err(incomplete(format!(
                "Unsupported AWS 'algorithm': '{ALGORITHM}' is required."
            )));
        }
        let (access_key_id, scope) = credential_of(required("X-Amz-Credential")?)?;
        let expires_seconds: u64 = required("X-Amz-Expires")?
            .parse()
            .ok()
            .filter(|seconds| *seconds <= EXPIRES_SECONDS_MAX)
            .ok_or_else(|| {
                incomplete("X-Amz-Expires must be less than a week (in seconds) and not negative.")
            })?;
        Ok(Presented {
            access_key_id,
            scope,
            instant: required("X-Amz-Date")?.to_owned(),
            signed_headers: headers_of(required("X-Amz-SignedHeaders")?),
            signature: required("X-Amz-Signature")?.to_owned(),
            session_token: parameters.get("X-Amz-Security-Token").map(str::to_owned),
            expires: Some(Duration::from_secs(expires_seconds)),
        })
    }

    fn check_time(&self, now: Timestamp) -> Result<(), Error> {
        let instant = &self.instant;
        let Some(signed_at) = time::parse(instant) else {
            return Err(incomplete(format!(
                "Date must be in ISO-8601 'basic format'. Got '{instant}'. \
                 See http://en.wikipedia.org/wiki/ISO_8601"
            )));
        };
        if instant[..8] != self.scope.date {
            return Err(invalid(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
                 '{}' != '{}', from '{instant}'.",
                self.scope.date,
                &instant[..8]
            )));
        }
        let text_of_now = time::format(now);
        let valid_for = self.expires.unwrap_or(SKEW);
        if valid_for < now.since(signed_at) {
            let earliest = time::format(before(now, valid_for));
            let minutes = valid_for.as_secs() / 60;
            return Err(invalid(format!(
                "Signature expired: {instant} is now earlier than {earliest} ({text_of_now} - {minutes} min.)"
            )));
        }
        if SKEW < signed_at.since(now) {
            let latest = time::format(now.after(SKEW));
            return Err(invalid(format!(
                "Signature not yet current: {instant} is still later than {latest} ({text_of_now} + 15 min.)"
            )));
        }
        Ok(())
    }

    /// What decides where a request goes must be covered, or a signature could be carried over to another.
    fn check_signed_headers(&self, headers: &HeaderMap) -> Result<(), Error> {
        let signed = |name: &str| self.signed_headers.iter().any(|signed| signed == name);
        if !signed("host") {
            return Err(invalid(
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
            ));
        }
        for (name, shown) in [(&DATE, "X-Amz-Date"), (&crate::json::TARGET, "X-Amz-Target")] {
            if headers.contains_key(name) && !signed(name.as_str()) {
                return Err(invalid(format!(
                    "'{shown}' must be a 'SignedHeader' in the AWS Authorization."
                )));
            }
        }
        Ok(())
    }
}

fn invalid(message: impl Into<String>) -> Error {
    Error::client("InvalidSignatureException", message)
}

fn incomplete(message: impl Into<String>) -> Error {
    Error::client("IncompleteSignatureException", message)
}

pub(crate) fn credential_of(text: &str) -> Result<(String, Scope), Error> {
    let parts: Vec<&str> = text.split('/').collect();
    let [access_key_id, date, region, service, terminator] = parts[..] else {
        return Err(incomplete(format!(
            "Credential must have exactly 5 slash-delimited elements, \
             e.g. keyid/date/region/service/term, got '{text}'"
        )));
    };
    if terminator != TERMINATOR {
        return Err(invalid(format!(
            "Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{terminator}'. "
        )));
    }
    let scope =
        Scope { date: date.to_owned(), region: region.to_owned(), service: service.to_owned() };
    Ok((access_key_id.to_owned(), scope))
}

fn headers_of(text: &str) -> Vec<String> {
    text.split(';').map(str::to_owned).collect()
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn before(instant: Timestamp, by: Duration) -> Timestamp {
    let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(instant.as_millis().saturating_sub(millis))
}

/// The decoded parameters of a query.
struct Parameters(Vec<(Vec<u8>, Vec<u8>)>);

impl Parameters {
    fn of(query: &str) -> Self {
        Parameters(canonical::parameters(query).collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(given, _)| given == name.as_bytes())?;
        std::str::from_utf8(value).ok()
    }
}
