//! An API as it is served: its schema and resolvers compiled, until anything about it changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use graphql::{Document, Introspection, Schema};
use tokio::time::Instant;

use crate::Room;
use crate::auth::{self, Door, Way};
use crate::errors::Error;
use crate::handler::{self, Handler, Modules};
use crate::merge;
use crate::model::Api;
use crate::schema;
use crate::sources::BATCH_SIZE_BY_DEFAULT;
use crate::tables::{Part as _, read_api, resolver_name};
use crate::wire::{
    CachingConfig, DataSource, DataSourceType, FunctionConfiguration,
    GraphQLApiIntrospectionConfig, GraphqlApi, Resolver, ResolverKind,
};

/// Documents of an API that are kept, parsed and valid. What comes beyond is parsed each time.
const DOCUMENTS_MAX: usize = 256;
/// A document that is longer isn't kept.
const DOCUMENT_BYTES_MAX: usize = 16 * 1024;

/// A GraphQL API with a schema.
pub(crate) struct Served {
    /// The row that it was made of: every change of the API or of a part of it writes another.
    row: Bytes,
    pub(crate) api: Api,
    pub(crate) graphql: GraphqlApi,
    pub(crate) schema: Schema,
    pub(crate) ways: Vec<Way>,
    resolvers: HashMap<String, Plan>,
    /// The fields that say `@aws_subscribe`, by the mutations that they name.
    subscriptions: HashMap<String, Vec<Arc<str>>>,
    modules: Modules,
    documents: Mutex<HashMap<String, Arc<Document>>>,
}

/// A document that holds against the schema, and how long it took to know; no time if it was known.
pub(crate) struct Checked {
    pub(crate) document: Arc<Document>,
    pub(crate) parsing: Duration,
    pub(crate) validation: Duration,
}

/// How a field gets its value.
pub(crate) struct Plan {
    /// `Type.field`.
    pub(crate) name: String,
    pub(crate) kind: PlanKind,
    pub(crate) caching: Option<CachingConfig>,
    /// The id of the source API that the resolver comes from, in a merged API.
    pub(crate) source_api: Option<String>,
}

pub(crate) enum PlanKind {
    Unit(Box<Step>),
    Pipeline { before: Option<Handler>, steps: Vec<Step>, after: Option<Handler> },
}

/// One data source that is asked, and the code around that.
pub(crate) struct Step {
    pub(crate) request: Option<Handler>,
    pub(crate) response: Option<Handler>,
    /// None if it was deleted.
    pub(crate) source: Option<Arc<DataSource>>,
    /// How many calls are handed over together; 0 where each is by itself.
    pub(crate) batch_max: usize,
    /// Its name, if it is a function of a pipeline: those know the second version of templates alone.
    pub(crate) function: Option<String>,
}

impl Servable for Served {
    async fn load(room: &Room, row: Bytes, known: Option<&Self>) -> Result<Self, Error> {
        let tables = &room.tables();
        let api = read_api(&row)?;
        let id = api.id().to_owned();
        let not_graphql = || Error::ApiNotFound(id.clone());
        let graphql = api.as_graphql().cloned().ok_or_else(not_graphql)?;
        let text = tables.schema(&id).await?.ok_or(Error::NoSchema)?;
        let is_merged = api.is_merged();
        let resolvers = tables.all_parts::<Resolver>(&id).await?;
        let functions = tables.all_parts::<FunctionConfiguration>(&id).await?;
        let codes = resolvers.iter().map(|it| &it.code).chain(functions.iter().map(|it| &it.code));
        let codes = codes.flatten().map(String::as_str).collect();
        let known = known.map(|known| &known.modules);
        let sources = tables.all_parts::<DataSource>(&id).await?;
        let parts = Parts {
            sources: sources.into_iter().map(|it| (it.name(), Arc::new(it))).collect(),
            modules: handler::compile(codes, known, &room.runtime).await,
            functions: functions.into_iter().map(|it| (it.name(), it)).collect(),
            is_merged,
        };
        let resolvers = resolvers.iter().map(|it| (it.name(), parts.plan(it))).collect();
        let schema = schema::read(&text)?;
        Ok(Served {
            row,
            subscriptions: schema::subscriptions(&schema),
            schema,
            ways: auth::ways(&graphql),
            api,
            graphql,
            resolvers,
            modules: parts.modules,
            documents: Mutex::default(),
        })
    }

    fn row(&self) -> &Bytes {
        &self.row
    }
}

impl Served {
    /// How that field gets its value, if a resolver gives it.
    pub(crate) fn plan(&self, type_name: &str, field: &str) -> Option<&Plan> {
        self.resolvers.get(&resolver_name(type_name, field))
    }

    /// A document, parsed and valid, or all that is wrong with it.
    pub(crate) fn document(&self, text: &str) -> Result<Checked, Vec<graphql::Error>> {
        if let Some(known) = self.documents().get(text).cloned() {
            let (parsing, validation) = (Duration::ZERO, Duration::ZERO);
            return Ok(Checked { document: known, parsing, validation });
        }
        let began = Instant::now();
        let document = Document::parse(text).map_err(|error| vec![error])?;
        let parsing = began.elapsed();
        let introspection = match self.graphql.introspection_config {
            Some(GraphQLApiIntrospectionConfig::Disabled) => Introspection::Disabled,
            Some(GraphQLApiIntrospectionConfig::Enabled) | None => Introspection::Enabled,
        };
        let faults = document.validate(&self.schema, introspection);
        if !faults.is_empty() {
            return Err(faults);
        }
        let (document, validation) = (Arc::new(document), began.elapsed() - parsing);
        let mut documents = self.documents();
        if text.len() <= DOCUMENT_BYTES_MAX && documents.len() < DOCUMENTS_MAX {
            documents.insert(text.to_owned(), Arc::clone(&document));
        }
        Ok(Checked { document, parsing, validation })
    }

    /// The ways in.
    pub(crate) fn door(&self) -> Door<'_> {
        Door { api: &self.api, ways: &self.ways }
    }

    /// What bounds an operation.
    pub(crate) fn limits(&self) -> graphql::Limits {
        let positive = |limit: Option<i32>| {
            limit.and_then(|limit| usize::try_from(limit).ok()).filter(|limit| 0 < *limit)
        };
        let defaults = graphql::Limits::default();
        graphql::Limits {
            query_depth: positive(self.graphql.query_depth_limit),
            resolver_count: positive(self.graphql.resolver_count_limit)
                .unwrap_or(defaults.resolver_count),
            ..defaults
        }
    }

    /// The subscriptions that hear of a mutation.
    pub(crate) fn subscriptions_to(&self, mutation: &str) -> &[Arc<str>] {
        self.subscriptions.get(mutation).map_or(&[], Vec::as_slice)
    }

    fn documents(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Document>>> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What resolvers are made of.
struct Parts {
    sources: HashMap<String, Arc<DataSource>>,
    functions: HashMap<String, FunctionConfiguration>,
    modules: Modules,
    is_merged: bool,
}

impl Parts {
    fn plan(&self, resolver: &Resolver) -> Plan {
        let Resolver { request_mapping_template, response_mapping_template, code, .. } = resolver;
        let texts = [request_mapping_template.as_deref(), code.as_deref()];
        let (request, response) = Handler::pair(
            request_mapping_template.as_deref(),
            response_mapping_template.as_deref(),
            code.as_deref(),
            self.kind_of(resolver.data_source_name.as_deref()),
            &self.modules,
        );
        let kind = match resolver.kind {
            ResolverKind::Unit => {
                let name = resolver.data_source_name.as_deref().unwrap_or_default();
                let batch_max = self.batch_max(name, resolver.max_batch_size, texts);
                PlanKind::Unit(Box::new(self.step(name, request, response, batch_max)))
            }
            ResolverKind::Pipeline => {
                let functions = resolver.functions().filter_map(|id| self.functions.get(id));
                let steps = functions.map(|function| self.function(function)).collect();
                PlanKind::Pipeline { before: request, steps, after: response }
            }
        };
        let part = resolver.data_source_name.as_deref().or_else(|| resolver.functions().next());
        let source_api = part.filter(|_| self.is_merged).and_then(merge::source_of);
        Plan {
            name: resolver.name(),
            kind,
            caching: resolver.caching_config.clone(),
            source_api: source_api.map(str::to_owned),
        }
    }

    fn kind_of(&self, source: Option<&str>) -> Option<DataSourceType> {
        Some(self.sources.get(source?)?.r#type)
    }

    fn function(&self, function: &FunctionConfiguration) -> Step {
        let (request, response) = Handler::pair(
            function.request_mapping_template.as_deref(),
            function.response_mapping_template.as_deref(),
            function.code.as_deref(),
            self.kind_of(Some(&function.data_source_name)),
            &self.modules,
        );
        let source = &function.data_source_name;
        let texts = [function.request_mapping_template.as_deref(), function.code.as_deref()];
        let batch_max = self.batch_max(source, function.max_batch_size, texts);
        let step = self.step(source, request, response, batch_max);
        Step { function: Some(function.name.clone()), ..step }
    }

    /// How many calls a source may be asked for together: those that are asked so are functions alone.
    fn batch_max(&self, source: &str, asked: Option<i32>, texts: [Option<&str>; 2]) -> usize {
        let asked = asked.and_then(|max| usize::try_from(max).ok()).filter(|max| 0 < *max);
        let says_batch = texts.into_iter().flatten().any(|text| text.contains("BatchInvoke"));
        match (self.kind_of(Some(source)), asked) {
            (Some(DataSourceType::AwsLambda), Some(max)) => max,
            (Some(DataSourceType::AwsLambda), None) if says_batch => BATCH_SIZE_BY_DEFAULT,
            _ => 0,
        }
    }

    fn step(
        &self,
        source: &str,
        request: Option<Handler>,
        response: Option<Handler>,
        batch_max: usize,
    ) -> Step {
        let source = self.sources.get(source).cloned();
        Step { request, response, source, batch_max, function: None }
    }
}

/// An API of one kind, compiled.
pub(crate) trait Servable: Sized {
    /// Reads and compiles it. `known` is the API as it was before: what hasn't changed needn't be compiled again.
    fn load(
        room: &Room,
        row: Bytes,
        known: Option<&Self>,
    ) -> impl Future<Output = Result<Self, Error>> + Send;

    /// The row that it was made of.
    fn row(&self) -> &Bytes;
}

/// The APIs of one kind that were served lately.
pub(crate) struct Shelf<T>(Mutex<HashMap<String, Arc<T>>>);

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Shelf(Mutex::default())
    }
}

impl<T: Servable> Shelf<T> {
    /// The API of that id, compiled from what is kept of it now.
    pub(crate) async fn find(&self, room: &Room, id: &str) -> Result<Arc<T>, Error> {
        let Some(row) = room.tables().api_row(id).await? else {
            self.shelf().remove(id);
            return Err(Error::ApiNotFound(id.to_owned()));
        };
        let known = self.shelf().get(id).cloned();
        if let Some(known) = known.as_ref().filter(|it| *it.row() == row) {
            return Ok(Arc::clone(known));
        }
        let served = Arc::new(T::load(room, row, known.as_deref()).await?);
        self.shelf().insert(id.to_owned(), Arc::clone(&served));
        Ok(served)
    }

    fn shelf(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
