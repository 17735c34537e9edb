//! What a Task's `Resource` may name, and what Step Functions knows of the AWS service behind it.
//!
//! - [`Resource::parse`] reads the text: a Lambda function, an activity, an [optimized
//!   integration](Integration) or one of the `aws-sdk:` actions.
//! - [`lookup`] answers for an `aws-sdk:` service and action: the shapes of its input and output,
//!   the names of its errors.
//! - [`Shape::check`] validates the mocked result of `TestState`; [`Shape::check_arguments`] looks
//!   through `Parameters` and `Arguments` for fields that the service doesn't have.
//!
//! It calls nothing: rooms and remote endpoints do. The facts about services are those of the public
//! service models, distilled by `cargo xtask tables`; a service is unpacked when it is first asked for.
//! The optimized integrations are listed by hand, in `resources/optimized.rs`.

mod arguments;
mod jobs;
mod mock;
mod optimized;
mod resource;
mod shape;
mod tables;

pub use arguments::ArgumentProblem;
pub use jobs::{Job, Verdict};
pub use mock::{FieldValidationMode, MockError};
pub use models::{Bounds, Member};
pub use optimized::{Integration, Pattern};
pub use resource::{BulkResource, Resource, ResourceError};
pub use shape::{Shape, ShapeKind};
pub use tables::{Action, Service, lookup, service, services, stamp};
