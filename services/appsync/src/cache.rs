//! What resolvers gave, for a while: caches of APIs live in this process, and are bounded together.
//!
//! <https://docs.aws.amazon.com/appsync/latest/devguide/enabling-caching.html>

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::Timestamp;
use json::Value;
use resolver::{CacheEviction, Context};

use crate::auth::Entrant;
use crate::execution::Run;
use crate::model::Api;
use crate::served::Plan;
use crate::wire::{ApiCache, ApiCachingBehavior, CachingConfig};

/// Headers that answers to the same operation may differ in.
const HEADERS_OF_ONE_REQUEST: [&str; 23] = [
    "authorization",
    "cloudfront-forwarded-proto",
    "cloudfront-is-desktop-viewer",
    "cloudfront-is-mobile-viewer",
    "cloudfront-is-smarttv-viewer",
    "cloudfront-is-tablet-viewer",
    "cloudfront-viewer-asn",
    "cloudfront-viewer-country",
    "content-length",
    "host",
    "priority",
    "sec-ch-ua",
    "sec-ch-ua-mobile",
    "sec-ch-ua-platform",
    "via",
    "x-amz-cf-id",
    "x-amz-date",
    "x-amz-security-token",
    "x-amzn-appsync-is-vpce-request",
    "x-amzn-remote-ip",
    "x-amzn-requestid",
    "x-amzn-trace-id",
    "x-forwarded-for",
];

/// Where a value is kept.
pub(crate) struct Place {
    /// The API, how often its cache was emptied, and the field.
    field: String,
    /// The values of the caching keys.
    keys: String,
    ttl: Duration,
}

/// The caches of all APIs.
pub(crate) struct Cache {
    entries: Mutex<Entries>,
    bytes_max: usize,
}

#[derive(Default)]
struct Entries {
    fields: HashMap<String, HashMap<String, Entry>>,
    bytes: usize,
}

struct Entry {
    value: Value,
    until: Timestamp,
    bytes: usize,
}

impl Cache {
    pub(crate) fn new(bytes_max: usize) -> Self {
        Cache { entries: Mutex::default(), bytes_max }
    }

    pub(crate) fn find(&self, place: &Place, now: Timestamp) -> Option<Value> {
        let entries = self.entries();
        let entry = entries.fields.get(&place.field)?.get(&place.keys)?;
        (now < entry.until).then(|| entry.value.clone())
    }

    /// Keeps a value, unless the caches are full of others that still hold.
    pub(crate) fn keep(&self, place: Place, value: &Value, now: Timestamp) {
        let bytes = value.text_len() + place.keys.len();
        let mut entries = self.entries();
        if self.bytes_max < entries.bytes + bytes {
            entries.retain(|_, entry| now < entry.until);
        }
        if self.bytes_max < entries.bytes + bytes {
            return;
        }
        let entry = Entry { value: value.clone().detached(), until: now.after(place.ttl), bytes };
        let replaced = entries.fields.entry(place.field).or_default().insert(place.keys, entry);
        entries.bytes = entries.bytes + bytes - replaced.map_or(0, |replaced| replaced.bytes);
    }

    /// Forgets what code has said is no longer true, and tells how many values that were.
    pub(crate) fn evict(&self, api: &Api, eviction: &CacheEviction) -> usize {
        let field = field_of(api, &format!("{}.{}", eviction.type_name, eviction.field_name));
        let keys = keys_text(eviction.keys.entries());
        let is_meant = |kept: &str| eviction.keys.is_null() || kept == keys;
        self.entries().retain(|place, _| place.0 != field || !is_meant(place.1))
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    /// Tells how many there aren't any more.
    fn retain(&mut self, keeps: impl Fn((&str, &str), &Entry) -> bool) -> usize {
        let mut gone = 0;
        for (field, entries) in &mut self.fields {
            entries.retain(|keys, entry| {
                let kept = keeps((field, keys), entry);
                if !kept {
                    self.bytes -= entry.bytes;
                    gone += 1;
                }
                kept
            });
        }
        self.fields.retain(|_, entries| !entries.is_empty());
        gone
    }
}

/// Where the value of a resolver is kept, if it is. Mutations never are.
pub(crate) fn place(
    run: &Run<'_>,
    plan: &Plan,
    parent_type: &str,
    context: &Context,
) -> Option<Place> {
    let api = &run.served.api;
    let is_read = !matches!(parent_type, "Mutation" | "Subscription");
    let cache = api.cache.as_ref().filter(|_| is_read)?;
    let (ttl, keys) = match (cache.api_caching_behavior, &plan.caching) {
        (ApiCachingBehavior::PerResolver, Some(config)) => (config.ttl, own_keys(config, context)),
        (ApiCachingBehavior::FullRequest, _) => (cache.ttl, all_keys(context)),
        (ApiCachingBehavior::PerResolver, None) | (ApiCachingBehavior::OperationLevel, _) => {
            return None;
        }
    };
    let ttl = Duration::from_secs(u64::try_from(ttl).unwrap_or(0));
    Some(Place { field: field_of(api, &plan.name), keys, ttl })
}

/// Where the answer to a whole operation is kept, if it is. Nobody is asked again what may be seen in it, so it is for
/// those alone who may see the same: with the same identity and rights and, where policies decide, the same session.
/// Code may look at headers, so they are the same, too, but for those that AWS names. `request` is `ctx.request`.
pub(crate) fn place_of_operation(
    api: &Api,
    cache: &ApiCache,
    entrant: &Entrant,
    asked: &Value,
    request: &Value,
) -> Option<Place> {
    let Entrant { identity, ctx, .. } = entrant;
    let identity = Value::object(identity.entries().filter(|(name, _)| *name != "sourceIp"));
    let headers = request.get("headers").unwrap_or_default();
    let headers = headers.entries().filter(|(name, _)| !HEADERS_OF_ONE_REQUEST.contains(name));
    let headers = headers_text(headers);
    let ttl = Duration::from_secs(u64::try_from(cache.ttl).unwrap_or(0));
    (cache.api_caching_behavior == ApiCachingBehavior::OperationLevel).then(|| Place {
        field: field_of(api, ""),
        keys: format!("{identity}{asked}{}{:?}{headers}", entrant.rights(), ctx.session()),
        ttl,
    })
}

fn field_of(api: &Api, name: &str) -> String {
    format!("{} {} {name}", api.id(), api.flushes)
}

/// The values that the resolver's own keys name; one that has none of its own has those of all.
fn own_keys(config: &CachingConfig, context: &Context) -> String {
    match config.caching_keys.as_deref() {
        None | Some([]) => all_keys(context),
        Some(names) => keys_text(names.iter().map(|name| (&**name, named(context, name)))),
    }
}

/// What `$context.arguments.id` is, with or without the sign, or `$ctx.args.id`.
fn named(context: &Context, key: &str) -> Value {
    let key = plain(key);
    let mut parts = key.split('.');
    let first = parts.next().and_then(|name| context.member(name)).cloned();
    parts.fold(first.unwrap_or_default(), |value, part| value.get(part).unwrap_or_default())
}

/// `arguments.id`, in whichever way code says it.
fn plain(key: &str) -> String {
    let key = key.trim_start_matches('$');
    let key = key.strip_prefix("context.").or_else(|| key.strip_prefix("ctx.")).unwrap_or(key);
    match key.strip_prefix("args") {
        Some(rest) if rest.is_empty() || rest.starts_with('.') => format!("arguments{rest}"),
        _ => key.to_owned(),
    }
}

fn all_keys(context: &Context) -> String {
    let Context { arguments, source, identity, .. } = context;
    format!("{arguments}{source}{identity}")
}

/// The same text in whichever order they came. A header is called what it is called: `ctx.x-tenant` isn't `x-tenant`.
fn headers_text<'h>(headers: impl Iterator<Item = (&'h str, Value)>) -> String {
    let mut headers: Vec<(&str, Value)> = headers.collect();
    headers.sort_unstable_by_key(|(name, _)| *name);
    Value::object(headers).to_string()
}

/// The same text in whichever order they are named.
fn keys_text<'k>(keys: impl Iterator<Item = (&'k str, Value)>) -> String {
    let mut lines: Vec<String> =
        keys.map(|(name, value)| format!("{}={value}\n", plain(name))).collect();
    lines.sort_unstable();
    lines.concat()
}
