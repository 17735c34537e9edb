//! What AWS's public service models say: protocols, operations, shapes, errors, of every service.
//!
//! It is facts alone, distilled by `cargo xtask tables` from the models of botocore into `resources/aws.tables`.
//! It encodes nothing and calls nothing: `aws` does that with these facts, and `asl` names services, members and
//! errors by them as Step Functions does. A service is unpacked when it is first looked into.
//!
//! Start at [`find`], which knows a service by any of its names; a [`Service`] has [`Operation`]s and
//! [`ErrorFacts`], an operation the [`Shape`]s of its input and output.
//!
//! ```
//! let lambda = models::find("lambda").expect("is a service");
//! let invoke = lambda.operation("Invoke").expect("is an operation");
//! assert_eq!((invoke.method(), invoke.uri()), ("POST", "/2015-03-31/functions/{FunctionName}/invocations"));
//! let payload = invoke.output().and_then(|output| output.member("Payload")).expect("is a member");
//! assert_eq!(payload.location(), models::Location::Payload);
//! ```

#![warn(missing_docs)]

mod operation;
mod protocol;
mod read;
mod service;
mod shape;

pub use operation::{ErrorFacts, Operation};
pub use protocol::Protocol;
pub use service::{Service, find, service, services, stamp};
pub use shape::{Bounds, Location, Member, Shape, ShapeKind, TimestampFormat};
