//! Who the caller is, by the claims of a token.

use json::{Kind, Value};

/// The identity of a caller with a token.
pub(super) struct Claims<'a>(pub(super) &'a Value);

impl Claims<'_> {
    /// `username` also stands in `cognito:username`, and beside the claims.
    fn claim(&self, name: &str) -> Option<Value> {
        let claims = self.0.get("claims").unwrap_or_default();
        let given = |value: Option<Value>| value.filter(|value| !value.is_null());
        let claim = given(claims.get(name));
        if name != "username" {
            return claim;
        }
        claim.or_else(|| given(claims.get("cognito:username"))).or_else(|| given(self.0.get(name)))
    }

    fn text(&self, name: &str) -> Option<String> {
        self.claim(name)?.as_str().map(str::to_owned)
    }

    /// The names of an owner: for `sub::username` both together, and each alone.
    pub(super) fn owner(&self, claim: &str) -> Vec<String> {
        let claim = if claim.is_empty() { "sub::username" } else { claim };
        let parts: Vec<String> = claim.split("::").filter_map(|part| self.text(part)).collect();
        let is_whole = parts.len() == claim.split("::").count();
        let mut names: Vec<String> = is_whole.then(|| parts.join("::")).into_iter().collect();
        names.extend(parts);
        names.dedup();
        names
    }

    /// The groups of a claim: a list, the JSON text of one, or a single name.
    pub(super) fn groups(&self, claim: &str) -> Vec<String> {
        let claim = if claim.is_empty() { "cognito:groups" } else { claim };
        let value = self.claim(claim).unwrap_or_default();
        let list = value.as_str().and_then(|text| Value::parse(text).ok());
        texts(&list.filter(|list| list.kind() == Kind::Array).unwrap_or(value))
    }
}

/// The texts of a list, or the one text that stands for a list of itself.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value.as_str() {
        Some(text) => vec![text.to_owned()],
        None => value.items().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
    }
}
