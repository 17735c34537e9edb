//! GraphQL as AppSync runs it: schemas with its scalars and directives, documents held against them in
//! graphql-java's words, and an executor whose errors, partial results and batches are AppSync's.
//!
//! Pure: no network, clock or store. What a resolver does, who may see what and over which protocol a request
//! comes is the room's business; it says so through [`Resolve`].
//!
//! ```
//! use graphql::{Call, Document, Introspection, Limits, Request, Resolve, Resolved, Role, Schema};
//! use json::Value;
//!
//! struct Hello;
//!
//! impl Resolve for Hello {
//!     fn role(&self, parent_type: &str, _field: &str) -> Role {
//!         if parent_type == "Query" { Role::Resolver { batch_max: 0 } } else { Role::Property }
//!     }
//!
//!     async fn resolve<'a>(&'a self, calls: Vec<Call<'a>>) -> Vec<Resolved> {
//!         calls.iter().map(|call| Value::object([("to", call.arguments().get("to").unwrap())]).into()).collect()
//!     }
//! }
//!
//! let schema = Schema::parse("type Query { hello(to: String!): Greeting } type Greeting { to: String }").unwrap();
//! let document = Document::parse("{ hello(to: \"you\") { to } }").unwrap();
//! assert!(document.validate(&schema, Introspection::Enabled).is_empty());
//! let (variables, limits) = (Value::NULL, Limits::default());
//! let request = Request {
//!     schema: &schema,
//!     document: &document,
//!     operation_name: None,
//!     variables: &variables,
//!     limits: &limits,
//!     keeps_events: false,
//! };
//! let response = futures_util::FutureExt::now_or_never(graphql::execute(request, Value::NULL, &Hello));
//! assert_eq!(response.unwrap().to_json(), r#"{"data":{"hello":{"to":"you"}}}"#);
//! ```
//!
//! # How to read it
//! [`Schema`] and [`Definitions`], several of which `merge` makes into one; [`Document`], `validate` and its rules; `plan`: selections compiled for a type;
//! [`execute()`] with its `writer` and `chunk`; `scalar`: what each scalar accepts.
//!
//! Texts that clients match on are graphql-java's of 2018–2019, the releases that AppSync's answers point to:
//! see `docs/adr/0008-graphql-of-our-own.md` for why parsing and validation are ours.

#![warn(missing_docs)]

mod ast;
mod coerce;
mod definitions;
mod document;
mod events;
mod execute;
mod info;
mod introspection;
mod lexer;
mod location;
mod merge;
mod parser;
mod plan;
mod print;
mod project;
mod resolve;
mod response;
mod scalar;
mod schema;
mod validate;

pub use ast::{OperationKind, TypeKind};
pub use definitions::{Definitions, Problem, TypeEntry};
pub use document::{Document, Introspection, OperationError, OperationInfo};
pub use execute::{Limits, Request, execute, shape_event};
pub use location::Location;
pub use merge::Merged;
pub use resolve::{Call, FieldError, Resolve, Resolved, Role};
pub use response::{Detail, Error, Event, PathPart, Response};
pub use schema::{AppliedDirective, Schema};
