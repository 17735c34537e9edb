//! Login profiles and the account's rules for passwords. Nobody signs in with a password here: what is kept is that there
//! is one, since when, and whether it has to be changed; not the password.

use super::date;
use crate::errors::Error;
use crate::tables::{Identity, Kind, Login, PasswordPolicy as Rules};
use crate::visit::{Visit, existing};
use crate::wire::{
    CreateLoginProfileInput, Empty, GetAccountPasswordPolicyOutput, LoginProfile,
    LoginProfileInput, LoginProfileOutput, PasswordPolicy, UpdateAccountPasswordPolicyInput,
    UpdateLoginProfileInput,
};

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html>
pub(crate) async fn create_login_profile(
    ctx: &Visit<'_>,
    req: CreateLoginProfileInput,
) -> Result<LoginProfileOutput, Error> {
    let name = ctx.user_name(req.user_name)?;
    let login = Login {
        created_at_millis: ctx.now().as_millis(),
        must_change: req.password_reset_required.unwrap_or_default(),
        changed_at_millis: ctx.now().as_millis(),
    };
    ctx.change(|change| {
        let user = existing(&change.world, ctx.account(), Kind::User, &name)?;
        if user.login.is_some() {
            return Err(Error::EntityAlreadyExists { kind: "Login Profile for user", name });
        }
        let login_profile = shown(&name, &login);
        change.put_identity(Identity { login: Some(login), ..(**user).clone() })?;
        Ok(LoginProfileOutput { login_profile })
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetLoginProfile.html>
pub(crate) async fn get_login_profile(
    ctx: &Visit<'_>,
    req: LoginProfileInput,
) -> Result<LoginProfileOutput, Error> {
    let name = ctx.user_name(req.user_name)?;
    let user = existing(&ctx.world(), ctx.account(), Kind::User, &name)?;
    let login = user.login.as_ref().ok_or_else(|| no_login(&name))?;
    Ok(LoginProfileOutput { login_profile: shown(&name, login) })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateLoginProfile.html>
pub(crate) async fn update_login_profile(
    ctx: &Visit<'_>,
    req: UpdateLoginProfileInput,
) -> Result<Empty, Error> {
    ctx.change(|change| {
        let user = existing(&change.world, ctx.account(), Kind::User, &req.user_name)?;
        let old = user.login.as_ref().ok_or_else(|| no_login(&req.user_name))?;
        let is_new = req.password.is_some();
        let login = Login {
            created_at_millis: old.created_at_millis,
            must_change: req.password_reset_required.unwrap_or(old.must_change),
            changed_at_millis: if is_new { ctx.now().as_millis() } else { old.changed_at_millis },
        };
        change.put_identity(Identity { login: Some(login), ..(**user).clone() })?;
        Ok(Empty {})
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteLoginProfile.html>
pub(crate) async fn delete_login_profile(
    ctx: &Visit<'_>,
    req: LoginProfileInput,
) -> Result<Empty, Error> {
    let name = ctx.user_name(req.user_name)?;
    ctx.change(|change| {
        let user = existing(&change.world, ctx.account(), Kind::User, &name)?;
        if user.login.is_none() {
            return Err(no_login(&name));
        }
        change.put_identity(Identity { login: None, ..(**user).clone() })?;
        Ok(Empty {})
    })
    .await
}

fn no_login(name: &str) -> Error {
    Error::NoSuch(format!("Login Profile for User {name} cannot be found."))
}

fn shown(name: &str, login: &Login) -> LoginProfile {
    LoginProfile {
        user_name: name.to_owned(),
        create_date: date(login.created_at_millis),
        password_reset_required: login.must_change,
    }
}

/// What a request leaves out gets its default, whatever stood there.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html>
pub(crate) async fn update_account_password_policy(
    ctx: &Visit<'_>,
    req: UpdateAccountPasswordPolicyInput,
) -> Result<Empty, Error> {
    let rules = Rules {
        minimum_length: req.minimum_password_length.unwrap_or(6),
        symbols: req.require_symbols.unwrap_or_default(),
        numbers: req.require_numbers.unwrap_or_default(),
        uppercase: req.require_uppercase_characters.unwrap_or_default(),
        lowercase: req.require_lowercase_characters.unwrap_or_default(),
        users_may_change: req.allow_users_to_change_password.unwrap_or_default(),
        days_max: req.max_password_age,
        remembered: req.password_reuse_prevention,
        hard_expiry: req.hard_expiry,
    };
    ctx.change(|change| {
        change.put_password_policy(rules);
        Ok(Empty {})
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountPasswordPolicy.html>
pub(crate) async fn get_account_password_policy(
    ctx: &Visit<'_>,
    _req: Empty,
) -> Result<GetAccountPasswordPolicyOutput, Error> {
    let world = ctx.world();
    let rules = world.password_policies.get(ctx.account()).ok_or_else(|| {
        let account = ctx.account();
        Error::NoSuch(format!("The Password Policy with domain name {account} cannot be found."))
    })?;
    let password_policy = PasswordPolicy {
        minimum_password_length: rules.minimum_length,
        require_symbols: rules.symbols,
        require_numbers: rules.numbers,
        require_uppercase_characters: rules.uppercase,
        require_lowercase_characters: rules.lowercase,
        allow_users_to_change_password: rules.users_may_change,
        expire_passwords: rules.days_max.is_some(),
        max_password_age: rules.days_max,
        password_reuse_prevention: rules.remembered,
        hard_expiry: rules.hard_expiry,
    };
    Ok(GetAccountPasswordPolicyOutput { password_policy })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccountPasswordPolicy.html>
pub(crate) async fn delete_account_password_policy(
    ctx: &Visit<'_>,
    _req: Empty,
) -> Result<Empty, Error> {
    ctx.change(|change| {
        if !change.world.password_policies.contains_key(ctx.account()) {
            let kind = "account policy";
            return Err(Error::NoSuchEntity { kind, name: "PasswordPolicy".to_owned() });
        }
        change.remove_password_policy();
        Ok(Empty {})
    })
    .await
}
