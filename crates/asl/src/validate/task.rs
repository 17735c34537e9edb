//! Task: what it calls, how long it may take, and whether the service has the fields it is given.

use super::shape::Bounds;
use super::{Checker, Place, Subject};
use crate::program::{ExecutionType, Quantity, QueryLanguage, Task};
use crate::resources::{Resource, ResourceError};
use crate::template::{TIMEOUT_SECONDS_MAX, Template};

const SECONDS: Bounds = Bounds::new(1, TIMEOUT_SECONDS_MAX as i64);

impl<'d> Checker<'d> {
    pub(super) fn task(&mut self, subject: &Subject<'d>) -> Option<Task> {
        let place = &subject.place;
        self.requires(place, &["Resource"]);
        let resource = self.resource(subject);
        if let Some(resource) = &resource {
            self.arguments(subject, resource);
        }
        let credentials = self.credentials(subject, resource.as_ref());
        for name in ["TimeoutSeconds", "HeartbeatSeconds"] {
            self.one_way(place, name);
        }
        let timeout_seconds = self.quantity(subject, place, "TimeoutSeconds", SECONDS);
        let heartbeat_seconds = self.quantity(subject, place, "HeartbeatSeconds", SECONDS);
        if let (Some(Quantity::Literal(timeout)), Some(Quantity::Literal(heartbeat))) =
            (&timeout_seconds, &heartbeat_seconds)
            && timeout <= heartbeat
            && let Some(field) = place.field("HeartbeatSeconds")
        {
            self.schema("HeartbeatSeconds must be smaller than TimeoutSeconds", &field);
        }
        let retry = self.retriers(subject);
        let catch = self.catchers(subject);
        let next = self.next(subject);
        Some(Task {
            resource: resource?,
            resource_text: self.text(place, "Resource")?.into(),
            timeout_seconds,
            heartbeat_seconds,
            credentials,
            retry,
            catch,
            next: next?,
        })
    }

    fn resource(&mut self, subject: &Subject<'d>) -> Option<Resource> {
        let text = self.text(&subject.place, "Resource")?;
        let field = subject.place.field("Resource")?;
        let resource = match Resource::parse(text) {
            Ok(resource) => resource,
            Err(error @ (ResourceError::NotAnArn | ResourceError::NotRecognized(_))) => {
                self.schema(error.to_string(), &field);
                return None;
            }
        };
        if subject.execution_type == ExecutionType::Express {
            let refusal = match &resource {
                Resource::Activity { .. } => {
                    Some("Express state machine does not support Activity ARN")
                }
                Resource::LambdaFunction { .. }
                | Resource::Optimized { .. }
                | Resource::AwsSdk { .. } => resource.pattern().refused_in_express(),
            };
            if let Some(refusal) = refusal {
                self.schema(refusal, &field);
            }
        }
        Some(resource)
    }

    /// `Parameters` or `Arguments` against the service's model.
    fn arguments(&mut self, subject: &Subject<'d>, resource: &Resource) {
        let name = match subject.language {
            QueryLanguage::JsonPath => "Parameters",
            QueryLanguage::Jsonata => "Arguments",
        };
        let is_service = match resource {
            Resource::LambdaFunction { .. } | Resource::Activity { .. } => false,
            Resource::Optimized { .. } | Resource::AwsSdk { .. } => true,
        };
        let Some(field) = subject.place.field(name) else {
            if let Some(text) = self.text(&subject.place, "Resource").filter(|_| is_service) {
                let message = format!("{name} field is required for resource ARN: {text}");
                self.schema(message, &subject.place);
            }
            return;
        };
        let Some(shape) = resource.arguments() else { return };
        let value = self.definition.value(field.node);
        for problem in shape.check_arguments(&value) {
            let place = field.descend(&problem.place);
            self.schema(problem.text, &place);
        }
    }

    fn credentials(
        &mut self,
        subject: &Subject<'d>,
        resource: Option<&Resource>,
    ) -> Option<Template> {
        let field = subject.place.field("Credentials")?;
        if matches!(resource, Some(Resource::Activity { .. })) {
            self.schema("The field 'Credentials' is not supported for activities", &field);
        }
        if !self.object(&field) {
            return None;
        }
        if !has_role(&field) {
            self.schema("The field 'RoleArn' is required but was missing", &field);
        }
        self.template_at(subject, &field)
    }
}

fn has_role(credentials: &Place<'_>) -> bool {
    credentials.has("RoleArn") || credentials.has("RoleArn.$")
}
