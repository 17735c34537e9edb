//! Tokens of issuers of OpenID Connect: what they say, and whether their issuer has signed them.
//!
//! [`Token`] reads a JSON Web Token; [`Issuers`] fetches the public keys of issuers and keeps them for a while.
//! Both are for rooms that let in who has such a token: APIs of AppSync, roles of STS.
//!
//! It trusts nobody by itself: which issuer is good, for whom a token is meant and when it ends is the room's to check.

#![warn(missing_docs)]

mod issuers;
mod token;

pub use issuers::{Issuers, Place};
pub use token::Token;

/// The public key of an issuer.
pub use jsonwebtoken::jwk::Jwk;
