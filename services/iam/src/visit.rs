//! What an operation has at hand: the room's parts and the request it answers.

use std::sync::Arc;

use base::{Arn, Entropy, Timestamp};
use policy::{Kind as PolicyKind, Policy};
use service::Ctx;

use crate::change::Change;
use crate::errors::Error;
use crate::guard::Asking;
use crate::session::SessionTokens;
use crate::tables::{self, Kind};
use crate::world::{Entity, World};
use crate::{Enforcement, Room, wire};

/// Bytes of all inline policies of one identity, white space not counted.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const INLINE_BYTES_MAX: [(Kind, usize); 3] =
    [(Kind::User, 2_048), (Kind::Group, 5_120), (Kind::Role, 10_240)];
/// Tags of one thing.
const TAGS_MAX: usize = 50;

/// One request in the room.
pub(crate) struct Visit<'r> {
    room: &'r Arc<Room>,
    pub(crate) request: Ctx,
}

impl<'r> Visit<'r> {
    pub(crate) fn new(room: &'r Arc<Room>, request: Ctx) -> Self {
        Visit { room, request }
    }

    pub(crate) fn account(&self) -> &str {
        self.request.account()
    }

    pub(crate) fn partition(&self) -> &'static str {
        self.request.partition()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.request.now()
    }

    pub(crate) fn entropy(&self) -> Entropy {
        self.request.house().entropy()
    }

    pub(crate) fn world(&self) -> Arc<World> {
        self.room.world()
    }

    pub(crate) fn room(&self) -> &Room {
        self.room
    }

    pub(crate) fn tokens(&self) -> &SessionTokens {
        &self.room.tokens
    }

    /// Whether what isn't allowed isn't done.
    pub(crate) fn enforces(&self) -> bool {
        self.room.enforcement == Some(Enforcement::On)
    }

    /// The caller, to be held against policies.
    pub(crate) fn asking(&self) -> Asking<'_> {
        Asking::new(self.world(), &self.request)
    }

    /// Makes the next world. What `act` refuses changes nothing.
    pub(crate) async fn change<T>(
        &self,
        act: impl FnOnce(&mut Change) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.room.change(self.account(), act).await
    }

    /// The name of the user that an operation is about: the caller, if the request doesn't say.
    pub(crate) fn user_name(&self, given: Option<String>) -> Result<String, Error> {
        if let Some(name) = given {
            return Ok(name);
        }
        let arn = Arn::parse(&self.request.caller().arn).ok();
        let user = arn.and_then(|arn| self.world().behind(&arn).cloned());
        match user.filter(|entity| entity.kind == Kind::User) {
            Some(user) => Ok(user.name.clone()),
            None => Err(Error::Validation(
                "Must specify userName when calling with non-User credentials".to_owned(),
            )),
        }
    }

    /// A page of things, each with the text that it is ordered by.
    pub(crate) fn page<T>(
        &self,
        operation: &str,
        items: impl IntoIterator<Item = (String, T)>,
        marker: Option<&str>,
        max_items: Option<i32>,
    ) -> Result<Page<T>, Error> {
        let tokens = self.request.house().page_tokens();
        let after = match marker {
            None => None,
            Some(marker) => {
                let position = tokens
                    .open(operation, &[self.account()], marker, self.now())
                    .map_err(|_| Error::InvalidMarker)?;
                Some(String::from_utf8(position).map_err(|_| Error::InvalidMarker)?)
            }
        };
        let size = aws::page_size(max_items);
        let mut rest = items
            .into_iter()
            .filter(|(key, _)| after.as_ref().is_none_or(|after| after < key))
            .peekable();
        let (mut page, mut last) = (Vec::new(), String::new());
        while page.len() < size {
            let Some((key, item)) = rest.next() else { break };
            last = key;
            page.push(item);
        }
        let is_truncated = rest.peek().is_some();
        let marker = is_truncated
            .then(|| tokens.seal(operation, &[self.account()], last.as_bytes(), self.now()));
        Ok(Page { items: page, is_truncated, marker })
    }
}

/// A page of a list.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) is_truncated: bool,
    pub(crate) marker: Option<String>,
}

/// How an identity of a kind is called in AWS's sentences.
pub(crate) fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "user",
        Kind::Group => "group",
        Kind::Role => "role",
    }
}

/// The identity of that name, or `NoSuchEntity`.
pub(crate) fn existing(
    world: &World,
    account: &str,
    kind: Kind,
    name: &str,
) -> Result<Arc<Entity>, Error> {
    let found = world.identity(account, kind, name).cloned();
    found.ok_or_else(|| Error::NoSuchEntity { kind: noun(kind), name: name.to_owned() })
}

/// The one of the three names that an operation upon that kind takes.
pub(crate) fn named(
    kind: Kind,
    user: Option<String>,
    group: Option<String>,
    role: Option<String>,
) -> Result<String, Error> {
    let (name, member) = match kind {
        Kind::User => (user, "userName"),
        Kind::Group => (group, "groupName"),
        Kind::Role => (role, "roleName"),
    };
    name.ok_or_else(|| {
        Error::Validation(format!(
            "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
        ))
    })
}

/// Refuses names of other than AWS's letters.
pub(crate) fn check_name(member: &str, name: &str) -> Result<(), Error> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter);
    if name.chars().all(plain) {
        return Ok(());
    }
    Err(Error::Validation(format!(
        "The specified value for {member} is invalid. It must contain only alphanumeric characters and/or the \
         following: +=,.@_-"
    )))
}

/// A path as it is kept; `/` if none was given.
pub(crate) fn checked_path(path: Option<String>) -> Result<String, Error> {
    let path = path.unwrap_or_else(|| "/".to_owned());
    let letters = path.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
    if letters && path.starts_with('/') && path.ends_with('/') {
        return Ok(path);
    }
    Err(Error::Validation(
        "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters \
         and/or / characters."
            .to_owned(),
    ))
}

/// Reads an inline policy, or says why it can't be one.
pub(crate) fn check_policy(text: &str, kind: PolicyKind) -> Result<(), Error> {
    Policy::parse(text, kind)?;
    Ok(())
}

/// Refuses more inline policies than fit one identity.
pub(crate) fn check_inline(identity: &tables::Identity) -> Result<(), Error> {
    let most = INLINE_BYTES_MAX.iter().find(|(kind, _)| *kind == identity.kind);
    let most = most.map_or(0, |(_, most)| *most);
    let size: usize = identity.inline.values().map(|text| dense_bytes(text)).sum();
    if size <= most {
        return Ok(());
    }
    let (noun, name) = (noun(identity.kind), &identity.name);
    Err(Error::LimitExceeded(format!(
        "Maximum policy size of {most} bytes exceeded for {noun} {name}"
    )))
}

/// AWS doesn't count white space.
pub(crate) fn dense_bytes(text: &str) -> usize {
    text.bytes().filter(|byte| !byte.is_ascii_whitespace()).count()
}

/// The tags of a request, which must name each key once.
pub(crate) fn checked_tags(given: Vec<wire::Tag>) -> Result<Vec<tables::Tag>, Error> {
    let mut tags: Vec<tables::Tag> = Vec::with_capacity(given.len());
    for wire::Tag { key, value } in given {
        if tags.iter().any(|tag| tag.key.eq_ignore_ascii_case(&key)) {
            let message =
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
            return Err(Error::InvalidInput(message.to_owned()));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            let message =
                format!("{key} is a system tag key: keys that begin with aws: are reserved.");
            return Err(Error::InvalidInput(message));
        }
        tags.push(tables::Tag { key, value });
    }
    check_tag_count(&tags)?;
    Ok(tags)
}

pub(crate) fn check_tag_count(tags: &[tables::Tag]) -> Result<(), Error> {
    if tags.len() <= TAGS_MAX {
        return Ok(());
    }
    Err(Error::LimitExceeded(format!(
        "The number of tags has reached the maximum limit of {TAGS_MAX}."
    )))
}

pub(crate) fn shown_tags(tags: &[tables::Tag]) -> Vec<wire::Tag> {
    let shown = |tag: &tables::Tag| wire::Tag { key: tag.key.clone(), value: tag.value.clone() };
    tags.iter().map(shown).collect()
}

/// A policy as replies carry it: encoded as in a URL (RFC 3986), which SDKs undo or leave to their users.
pub(crate) fn url_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
