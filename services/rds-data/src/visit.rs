//! What an operation has at hand: the room's parts and the request it answers.

use std::sync::Arc;

use base::Timestamp;
use service::Ctx;

use crate::Room;
use crate::cluster::Cluster;
use crate::errors::Error;
use crate::session::Session;
use crate::transactions::Owner;

/// One request in the room.
pub(crate) struct Visit<'r> {
    room: &'r Arc<Room>,
    request: Ctx,
}

/// Which database a request is about.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) resource_arn: String,
    pub(crate) secret_arn: String,
    pub(crate) database: Option<String>,
    pub(crate) transaction_id: Option<String>,
}

/// A connection, and what becomes of it afterwards.
pub(crate) struct Lease {
    pub(crate) session: Session,
    /// The transaction that the connection belongs to.
    pub(crate) transaction_id: Option<String>,
}

impl<'r> Visit<'r> {
    pub(crate) fn new(room: &'r Arc<Room>, request: Ctx) -> Self {
        Visit { room, request }
    }

    pub(crate) fn room(&self) -> &Arc<Room> {
        self.room
    }

    /// Whoever uses a secret must be allowed to read it.
    /// <https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.access.html>
    pub(crate) fn check_secret(&self, secret_arn: &str) -> Result<(), Error> {
        let action = "secretsmanager:GetSecretValue";
        self.room.bus.check_action(&self.request, action, secret_arn).map_err(Error::Denied)
    }

    /// As long and as hard to guess as AWS's.
    pub(crate) fn transaction_id(&self) -> String {
        use base64::Engine as _;
        let mut bytes = [0; 120];
        self.request.house().entropy().fill(&mut bytes);
        base64::engine::general_purpose::STANDARD.encode(bytes)
    }
}

/// AWS ignores the schema for some engines and refuses it for others; here it has no meaning either.
/// <https://docs.aws.amazon.com/rdsdataservice/latest/APIReference/API_ExecuteStatement.html>
pub(crate) fn refuse_schema(schema: Option<&str>) -> Result<(), Error> {
    match schema {
        None | Some("") => Ok(()),
        Some(_) => Err(Error::bad_request("The parameter schema isn't supported.")), // By analogy.
    }
}

impl Room {
    pub(crate) fn now(&self) -> Timestamp {
        self.house.now()
    }

    /// The connection behind a cluster and a secret.
    pub(crate) fn cluster(&self, resource_arn: &str, secret_arn: &str) -> Result<&Cluster, Error> {
        let mut of_resource =
            self.clusters.iter().filter(|it| it.resource_arn == resource_arn).peekable();
        if of_resource.peek().is_none() {
            return Err(Error::EndpointNotEnabled(resource_arn.to_owned()));
        }
        of_resource.find(|it| it.secret_arn == secret_arn).ok_or(Error::SecretNotFound)
    }

    /// The connection of the request's transaction, or one of its own.
    pub(crate) async fn lease(&self, target: &Target) -> Result<Lease, Error> {
        let cluster = self.cluster(&target.resource_arn, &target.secret_arn)?;
        let transaction_id = target.transaction_id.clone().filter(|id| !id.is_empty());
        let database = target.database.as_deref().filter(|name| !name.is_empty());
        let session = match &transaction_id {
            None => self.sessions.open(cluster, database, &self.limits).await?,
            Some(id) => {
                let check = |owner: &Owner| match owner {
                    _ if owner.resource_arn != target.resource_arn
                        || owner.secret_arn != target.secret_arn =>
                    {
                        Err(Error::TransactionNotFound(id.clone()))
                    }
                    _ if database.is_some_and(|database| database != owner.database) => {
                        // By analogy.
                        Err(Error::bad_request("Database name is not the same as transaction"))
                    }
                    _ => Ok(()),
                };
                self.transactions.borrow(id, check, self.now(), &self.limits)?
            }
        };
        Ok(Lease { session, transaction_id })
    }

    /// The transaction of the lease is no more; its connection goes back to all.
    pub(crate) fn own(&self, lease: Lease) -> Lease {
        if let Some(id) = &lease.transaction_id {
            self.transactions.forget(id);
        }
        Lease { transaction_id: None, ..lease }
    }

    /// After a statement that has ended.
    pub(crate) fn release(&self, lease: Lease) {
        match lease.transaction_id {
            None => lease.session.release(self.now()),
            Some(id) => self.transactions.give_back(&id, lease.session, self.now()),
        }
    }

    /// After a statement that hasn't: what its connection is doing isn't known.
    pub(crate) fn abandon(&self, lease: Lease) {
        if let Some(id) = lease.transaction_id {
            self.transactions.forget(&id);
        }
    }
}
