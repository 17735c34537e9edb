//! Signatures of messages, and the certificate that clients check them with.
//!
//! The house makes its key and certificate when the first message is to be signed, and keeps both. They are its own,
//! so a client has to be told to trust a certificate that isn't AWS's.
//! <https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html>

use std::collections::BTreeMap;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use base::{Entropy, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use rsa::pkcs1v15::{Signature, SigningKey};
use rsa::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, LineEnding};
use rsa::rand_core::{self, CryptoRng, RngCore};
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use service::{Ctx, HttpBody, HttpReply, PublicHttp};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use tokio::task::spawn_blocking;
use x509_cert::builder::{Builder as _, CertificateBuilder, Profile};
use x509_cert::der::EncodePem as _;
use x509_cert::der::asn1::{GeneralizedTime, UtcTime};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::SubjectPublicKeyInfoOwned;
use x509_cert::time::{Time, Validity};

use crate::Room;
use crate::errors::Error;
use crate::model::{Topic, is_fifo};
use crate::tables::{self, SignerRow};

const KEY_BITS: usize = 2_048;
/// Whose messages are signed, as AWS's certificates say it.
const SUBJECT: &str = "CN=sns.amazonaws.com";
/// Longer than a house lasts.
const VALID: Duration = Duration::from_hours(24 * 365 * 20);
/// The file names of AWS's certificates begin so.
const FILE: &str = "SimpleNotificationService-";

/// The house's key, and the certificate that goes with it.
pub(crate) struct Signer {
    key: RsaPrivateKey,
    /// In PEM.
    pub(crate) certificate: String,
    /// The file that the certificate is fetched as.
    pub(crate) file: String,
}

/// Which digest is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    Sha1,
    Sha256,
}

impl Version {
    /// What the messages of a topic are signed with; those of FIFO topics aren't.
    pub(crate) fn of(topic_arn: &str, topic: &Topic) -> Option<Self> {
        match topic.attributes.get("SignatureVersion").map(String::as_str) {
            _ if is_fifo(topic_arn) => None,
            Some("2") => Some(Version::Sha256),
            Some(_) | None => Some(Version::Sha1),
        }
    }

    /// `SignatureVersion`, as messages tell it.
    fn text(self) -> &'static str {
        match self {
            Version::Sha1 => "1",
            Version::Sha256 => "2",
        }
    }
}

/// What a message tells of its signature.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    pub(crate) version: &'static str,
    pub(crate) signature: String,
    /// The file of the certificate.
    pub(crate) file: String,
}

/// The text that is signed: names and values of what is said, in the order of the names.
pub(crate) fn text(said: &BTreeMap<&str, &str>) -> String {
    said.iter().flat_map(|(name, value)| [*name, "\n", *value, "\n"]).collect()
}

/// Whether a path may be a certificate's.
fn is_certificate(path: &str) -> bool {
    path.strip_prefix('/').is_some_and(|file| file.starts_with(FILE) && file.ends_with(".pem"))
}

impl PublicHttp for Room {
    fn serves(&self, _host: Option<&str>, path: &str) -> bool {
        is_certificate(path)
    }

    fn answer(&self, _ctx: Ctx, request: Request<HttpBody>) -> HttpReply<'_> {
        Box::pin(async move {
            let asked = request.uri().path().trim_start_matches('/');
            match self.signer().await {
                Ok(signer) if signer.file == asked => {
                    file(StatusCode::OK, signer.certificate.clone())
                }
                Ok(_) => file(StatusCode::NOT_FOUND, String::new()),
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(error, "show the certificate");
                    file(StatusCode::INTERNAL_SERVER_ERROR, String::new())
                }
            }
        })
    }
}

fn file(status: StatusCode, text: String) -> Response<HttpBody> {
    let body = Full::new(Bytes::from(text)).map_err(|never| match never {}).boxed_unsync();
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("application/x-pem-file");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

impl Room {
    /// The signer of the house, made if there is none yet.
    pub(crate) async fn signer(&self) -> Result<Arc<Signer>, Error> {
        let signer = self.signer.get_or_try_init(|| async {
            if let Some(row) = tables::signer(&*self.store).await? {
                return Signer::open(row).map(Arc::new);
            }
            let (entropy, now) = (self.house.entropy(), self.house.now());
            let made = spawn_blocking(move || make(entropy, now)).await;
            let row = made.map_err(|_| Error::Signing("the house is closing".to_owned()))??;
            match self.store.commit(tables::first_signer(&row)).await {
                Ok(()) => Signer::open(row).map(Arc::new),
                // Another process of this house was faster.
                Err(store::Error::PreconditionFailed { .. }) => {
                    let row = tables::signer(&*self.store).await?;
                    let lost = || Error::Signing("the key has gone".to_owned());
                    Signer::open(row.ok_or_else(lost)?).map(Arc::new)
                }
                Err(error) => Err(error.into()),
            }
        });
        signer.await.cloned()
    }

    /// Signs a text, on a thread where nobody waits for something else.
    pub(crate) async fn sign(&self, version: Version, text: String) -> Result<Signed, Error> {
        let (signer, entropy) = (self.signer().await?, self.house.entropy());
        let signed = spawn_blocking(move || signer.sign(version, &text, entropy)).await;
        signed.map_err(|_| Error::Signing("the house is closing".to_owned()))?
    }
}

impl Signer {
    fn open(row: SignerRow) -> Result<Self, Error> {
        let SignerRow { key, certificate } = row;
        let key = RsaPrivateKey::from_pkcs8_der(&key)
            .map_err(|_| store::Error::Corrupt("the key of the sns room"))?;
        let digest = Sha256::digest(&certificate);
        let name: String = digest[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Signer { key, certificate, file: format!("{FILE}{name}.pem") })
    }

    fn sign(&self, version: Version, text: &str, entropy: Entropy) -> Result<Signed, Error> {
        let luck = &mut Luck(entropy);
        let signature = match version {
            Version::Sha1 => {
                self.key.sign_with_rng(luck, Pkcs1v15Sign::new::<Sha1>(), &Sha1::digest(text))
            }
            Version::Sha256 => {
                self.key.sign_with_rng(luck, Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(text))
            }
        };
        let signature = signature.map_err(trouble)?;
        let (version, file) = (version.text(), self.file.clone());
        Ok(Signed { version, signature: STANDARD.encode(signature), file })
    }
}

fn trouble(error: impl std::fmt::Display) -> Error {
    Error::Signing(error.to_string())
}

/// A new key with its certificate. It takes a while.
fn make(entropy: Entropy, now: Timestamp) -> Result<SignerRow, Error> {
    let key = RsaPrivateKey::new(&mut Luck(entropy), KEY_BITS).map_err(trouble)?;
    let signer = SigningKey::<Sha256>::new(key.clone());
    let public = SubjectPublicKeyInfoOwned::from_key(key.to_public_key()).map_err(trouble)?;
    let (subject, serial) = (Name::from_str(SUBJECT).map_err(trouble)?, SerialNumber::from(1_u32));
    let validity = Validity { not_before: time(now)?, not_after: time(now.after(VALID))? };
    let builder =
        CertificateBuilder::new(Profile::Root, serial, validity, subject, public, &signer);
    let certificate = builder.map_err(trouble)?.build::<Signature>().map_err(trouble)?;
    Ok(SignerRow {
        key: key.to_pkcs8_der().map_err(trouble)?.as_bytes().to_vec(),
        certificate: certificate.to_pem(LineEnding::LF).map_err(trouble)?,
    })
}

/// An instant as certificates write it: with two digits for the year as long as they do.
fn time(at: Timestamp) -> Result<Time, Error> {
    let since_1970 = Duration::from_millis(at.as_millis().unsigned_abs());
    match UtcTime::from_unix_duration(since_1970) {
        Ok(time) => Ok(Time::UtcTime(time)),
        Err(_) => {
            let time = GeneralizedTime::from_unix_duration(since_1970).map_err(trouble)?;
            Ok(Time::GeneralTime(time))
        }
    }
}

/// The house's entropy, as the crate of the keys asks for it.
struct Luck(Entropy);

impl RngCore for Luck {
    fn next_u32(&mut self) -> u32 {
        self.0.next_u64() as u32
    }

    fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl CryptoRng for Luck {}

#[cfg(test)]
mod tests {
    use x509_cert::Certificate;
    use x509_cert::der::DecodePem as _;
    use x509_cert::der::referenced::OwnedToRef as _;

    use super::*;

    #[test]
    fn a_signature_holds_by_the_key_of_the_certificate() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let signer = Signer::open(make(Entropy::from_number(1), now).unwrap()).unwrap();
        let said = BTreeMap::from([("Type", "Notification"), ("Message", "hello")]);
        let text = text(&said);
        assert_eq!(text, "Message\nhello\nType\nNotification\n");

        let certificate = Certificate::from_pem(&signer.certificate).unwrap();
        let public = certificate.tbs_certificate.subject_public_key_info;
        let public: rsa::RsaPublicKey = public.owned_to_ref().try_into().unwrap();
        let check = |version, scheme, digest: Vec<u8>| {
            let signed = signer.sign(version, &text, Entropy::from_number(2)).unwrap();
            public.verify(scheme, &digest, &STANDARD.decode(signed.signature).unwrap())
        };
        let (sha1, sha256) = (Sha1::digest(&text).to_vec(), Sha256::digest(&text).to_vec());
        check(Version::Sha1, Pkcs1v15Sign::new::<Sha1>(), sha1).unwrap();
        check(Version::Sha256, Pkcs1v15Sign::new::<Sha256>(), sha256).unwrap();
        check(Version::Sha256, Pkcs1v15Sign::new::<Sha256>(), vec![0; 32]).unwrap_err();
        assert!(is_certificate(&format!("/{}", signer.file)));
        assert!(!is_certificate("/other.pem"));
    }
}
