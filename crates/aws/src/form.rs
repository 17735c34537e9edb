//! The signatures of forms by which browsers upload to S3: they cover the form's policy, and the policy says what else
//! may stand in it.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html>

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, Mac as _};
use sha1::Sha1;

use crate::Error;
use crate::sigv4::{self, Credentials, Scope};

/// A form's signature and what it says of itself, not yet verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedForm {
    access_key_id: String,
    session_token: Option<String>,
    policy: String,
    signature: String,
    /// Of a signature of version 4; those of version 2 have none.
    scope: Option<Scope>,
}

impl SignedForm {
    /// Reads it from the fields of a form, whose names are in small letters. `None` if the form isn't signed.
    pub fn of(fields: &BTreeMap<String, String>) -> Result<Option<Self>, Error> {
        let field = |name: &str| fields.get(name).cloned();
        let (access_key_id, scope, signature) = match (field("x-amz-signature"), field("signature"))
        {
            (Some(signature), _) => {
                let credential = field("x-amz-credential").unwrap_or_default();
                let (access_key_id, scope) = sigv4::credential_of(&credential)?;
                (access_key_id, Some(scope), signature)
            }
            (None, Some(signature)) => {
                (field("awsaccesskeyid").unwrap_or_default(), None, signature)
            }
            (None, None) => return Ok(None),
        };
        let session_token = field("x-amz-security-token");
        let policy = field("policy").unwrap_or_default();
        Ok(Some(SignedForm { access_key_id, session_token, policy, signature, scope }))
    }

    /// The key that it says it was made with.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// The token that temporary credentials go with.
    pub fn session_token(&self) -> Option<&str> {
        self.session_token.as_deref()
    }

    /// Holds the signature against the key of its name, for that service. How long it is good its policy says.
    pub fn verify(&self, credentials: &Credentials, service: &str) -> Result<(), Error> {
        if self.session_token != credentials.session_token {
            return Err(Error::unrecognized_client());
        }
        let secret = &credentials.secret_access_key;
        let is_good = match &self.scope {
            Some(scope) => {
                let given = sigv4::unhex(&self.signature).unwrap_or_default();
                let key = sigv4::signing_key(secret, scope);
                let expected = sigv4::mac(&key, self.policy.as_bytes());
                scope.service == service && expected.verify_slice(&given).is_ok()
            }
            None => {
                let given = BASE64_STANDARD.decode(&self.signature).unwrap_or_default();
                let mut expected = Hmac::<Sha1>::new_from_slice(secret.as_bytes())
                    .expect("HMAC takes a key of any length");
                expected.update(self.policy.as_bytes());
                expected.verify_slice(&given).is_ok()
            }
        };
        if is_good {
            return Ok(());
        }
        let message = "The request signature we calculated does not match the signature you provided. \
                       Check your key and signing method.";
        Err(Error::new(403, "SignatureDoesNotMatch", message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(session_token: Option<&str>) -> Credentials {
        Credentials {
            access_key_id: "AKIAIOSFODNN7EXAMPLE".into(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
            session_token: session_token.map(str::to_owned),
        }
    }

    fn form(fields: &[(&str, &str)]) -> SignedForm {
        let fields = fields.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        SignedForm::of(&fields.collect()).expect("can be read").expect("is signed")
    }

    fn refusal(form: &SignedForm, credentials: &Credentials) -> Option<String> {
        form.verify(credentials, "s3").err().map(|error| error.code.into_owned())
    }

    /// Made by botocore's `S3SigV4PostAuth` and `HmacV1PostAuth`.
    #[test]
    fn forms_that_botocore_signed_are_verified() {
        let fourth = form(&[
            ("x-amz-credential", "AKIAIOSFODNN7EXAMPLE/20261123/us-east-1/s3/aws4_request"),
            ("x-amz-signature", FOURTH),
            ("policy", "eyJhIjoxfQ=="),
        ]);
        assert_eq!(refusal(&fourth, &credentials(None)), None);
        let second = form(&[
            ("awsaccesskeyid", "AKIAIOSFODNN7EXAMPLE"),
            ("signature", SECOND),
            ("policy", "eyJhIjoxfQ=="),
        ]);
        assert_eq!(refusal(&second, &credentials(None)), None);
        for good in [fourth, second] {
            let other = SignedForm { policy: "eyJhIjoyfQ==".into(), ..good.clone() };
            assert_eq!(
                refusal(&other, &credentials(None)).as_deref(),
                Some("SignatureDoesNotMatch")
            );
            assert_eq!(
                refusal(&good, &credentials(Some("token"))).as_deref(),
                Some("UnrecognizedClientException")
            );
        }
    }

    #[test]
    fn a_form_without_a_signature_is_not_signed() {
        let fields = BTreeMap::from([("policy".to_owned(), "e30=".to_owned())]);
        assert_eq!(SignedForm::of(&fields).expect("can be read"), None);
    }

    const FOURTH: &str = "e40a66c990cc8b96faa3fd3f1fdf73833479395494af7eedcc7c296ac07479a6";
    const SECOND: &str = "0x1e/mguux7FcW60ms9P29wyA7w=";
}
