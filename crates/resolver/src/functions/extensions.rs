//! `extensions`: what resolvers ask of subscriptions and caches. The room carries it out.

use json::Value;

use super::Table;
use crate::call::{Args, Call};
use crate::outcome::{CacheEviction, Failure};

pub const TABLE: Table = &[
    ("setSubscriptionFilter", |call, args| {
        call.effects.subscription_filter = Some(args.value(0).clone());
        Ok(Value::NULL)
    }),
    ("setSubscriptionInvalidationFilter", |call, args| {
        call.effects.invalidation_filter = Some(args.value(0).clone());
        Ok(Value::NULL)
    }),
    ("invalidateSubscriptions", |call, args| {
        call.effects.invalidations.push(args.value(0).clone());
        Ok(Value::NULL)
    }),
    ("evictFromApiCache", evict_from_api_cache),
];

fn evict_from_api_cache(call: &mut Call<'_>, args: Args<'_>) -> Result<Value, Failure> {
    call.effects.evictions.push(CacheEviction {
        type_name: args.string(0, "evictFromApiCache")?.to_owned(),
        field_name: args.string(1, "evictFromApiCache")?.to_owned(),
        keys: args.value(2).clone(),
    });
    Ok(Value::NULL)
}
