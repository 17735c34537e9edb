//! `eks:call` and `eks:runJob`: requests to the Kubernetes API of a cluster, as the execution's role.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-eks.html> has the parameters, the form of logs and that
//! of a refusal. A cluster of EKS knows roles by a token, which is a signed request to STS that the cluster makes to
//! learn who has signed it: <https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html>.

use std::sync::Arc;
use std::time::Duration;

use asl::resources::{Integration, Pattern, Verdict};
use asl::{Failure, error_name};
use aws::sigv4;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use json::{Kind, Object, Value};
use service::TrustedCertificates;

use super::http::{Draft, Trouble, fetch, method, pairs, result, titled};
use super::jobs::{FIRST_POLL, Job};
use super::{Errand, Sent, signing};
use crate::Runner;
use crate::facts::Facts;
use crate::tables::PollRow;

/// How long a token can be used, as AWS's own clients have it.
const TOKEN_EXPIRES: Duration = Duration::from_secs(60);
/// The members of a task's parameters that say which cluster is meant.
const CLUSTER: [&str; 3] = ["ClusterName", "CertificateAuthority", "Endpoint"];

/// A cluster, and the role as which it is asked.
struct Cluster<'a> {
    runner: &'a Runner,
    facts: &'a Facts,
    role_arn: Option<&'a str>,
    integration: Integration,
    name: String,
    certificate_authority: String,
    endpoint: String,
}

/// One request to the Kubernetes API.
struct Asked {
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    body: Option<Value>,
}

impl Asked {
    fn of(method: Method, path: impl Into<String>) -> Self {
        Asked { method, path: path.into(), query: Vec::new(), body: None }
    }
}

/// Why there is no answer that a task can use.
enum Refusal {
    /// The API has refused.
    Status(Response<Bytes>),
    /// Nothing has answered.
    Socket(String),
    Failed(Failure),
}

pub(super) async fn call(
    runner: &Runner,
    errand: &Errand,
    integration: Integration,
    pattern: Pattern,
) -> Sent {
    let called = match integration.action() {
        "runJob" => run_job(runner, errand, integration, pattern).await,
        _ => call_api(runner, errand, integration, pattern).await,
    };
    called.unwrap_or_else(|failure| Sent::refused(pattern, failure))
}

async fn call_api(
    runner: &Runner,
    errand: &Errand,
    integration: Integration,
    pattern: Pattern,
) -> Result<Sent, Failure> {
    let cluster = Cluster::of_task(runner, errand, integration)?;
    let parameters = &errand.dispatch.parameters;
    let asked = Asked {
        method: method(parameters)?,
        path: text(parameters, "Path")?,
        query: pairs(parameters.get("QueryParameters")),
        body: parameters.get("RequestBody").filter(|body| !body.is_null()),
    };
    let answer = cluster.ask(asked).await.map_err(|refusal| cluster.failure(refusal))?;
    Ok(Sent::answered(pattern, result(&answer, titled)))
}

async fn run_job(
    runner: &Runner,
    errand: &Errand,
    integration: Integration,
    pattern: Pattern,
) -> Result<Sent, Failure> {
    let cluster = Cluster::of_task(runner, errand, integration)?;
    let parameters = &errand.dispatch.parameters;
    let namespace = parameters.get("Namespace");
    let namespace = namespace.as_ref().and_then(Value::as_str).unwrap_or("default");
    let jobs = format!("/apis/batch/v1/namespaces/{namespace}/jobs");
    let body = parameters.get("Job").ok_or_else(|| missing("Job"))?;
    let asked = Asked { body: Some(body), ..Asked::of(Method::POST, jobs) };
    let answer = cluster.ask(asked).await.map_err(|refusal| cluster.failure(refusal))?;
    let output = result(&answer, titled);
    if !matches!(pattern, Pattern::Sync | Pattern::Sync2) {
        return Ok(Sent::answered(pattern, output));
    }
    let name = output.get("ResponseBody").and_then(|job| job.get("metadata")?.get("name"));
    let name = name.ok_or_else(|| {
        cluster.client_failure("The Kubernetes API answered without the name of a job.".to_owned())
    })?;
    let known = CLUSTER.into_iter().chain(["LogOptions"]);
    let mut question: Object =
        known.filter_map(|member| Some((member, parameters.get(member)?))).collect();
    question.insert("Namespace", namespace);
    question.insert("Name", name);
    let question = Value::from(question).to_string();
    let row = PollRow {
        state: errand.dispatch.state.0,
        stop: Some(question.clone()),
        question,
        kept: Value::empty_object().to_string(),
        role_arn: errand.dispatch.role_arn.as_deref().map(str::to_owned),
        polls: 0,
        due: runner.0.house.now().after(FIRST_POLL).as_millis(),
    };
    let job = Job::Polled { facts: Arc::clone(&errand.facts), row: Box::new(row) };
    Ok(Sent { job: Some(job), ..Sent::answered(pattern, output) })
}

/// How a job that a task waits for fares: its object, with its logs if the task wants them.
pub(super) async fn told(
    runner: &Runner,
    facts: &Facts,
    role_arn: Option<&str>,
    integration: Integration,
    question: &Value,
) -> Result<Verdict, Failure> {
    let cluster = Cluster::of(runner, facts, role_arn, integration, question)?;
    let answer = match cluster.ask(Asked::of(Method::GET, job_path(question)?)).await {
        Ok(answer) => answer,
        Err(refusal) if refusal.passes() => return Ok(Verdict::Running),
        Err(refusal) => return Err(cluster.failure(refusal)),
    };
    let Some(job) = parsed(&answer) else { return Ok(Verdict::Running) };
    match ended(&job) {
        None => Ok(Verdict::Running),
        Some(false) => Ok(Verdict::Failed(job)),
        Some(true) => {
            let options = question.get("LogOptions").unwrap_or_default();
            Ok(Verdict::Succeeded(match is_true(&options, "RetrieveLogs") {
                true => job.with("logs", cluster.logs(question, &options).await),
                false => job,
            }))
        }
    }
}

/// Deletes a job for which nobody waits any more, and its pods.
pub(super) async fn stop(
    runner: &Runner,
    facts: &Facts,
    role_arn: Option<&str>,
    integration: Integration,
    question: &Value,
) -> Result<(), Failure> {
    let cluster = Cluster::of(runner, facts, role_arn, integration, question)?;
    let query = vec![("propagationPolicy".to_owned(), "Background".to_owned())];
    let asked = Asked { query, ..Asked::of(Method::DELETE, job_path(question)?) };
    cluster.ask(asked).await.map(|_| ()).map_err(|refusal| cluster.failure(refusal))
}

fn job_path(question: &Value) -> Result<String, Failure> {
    let (namespace, name) = (text(question, "Namespace")?, text(question, "Name")?);
    Ok(format!("/apis/batch/v1/namespaces/{namespace}/jobs/{name}"))
}

/// Whether a job has succeeded, if it has ended.
/// <https://kubernetes.io/docs/concepts/workloads/controllers/job/#terminal-job-conditions>
fn ended(job: &Value) -> Option<bool> {
    let conditions = job.get("status")?.get("conditions")?;
    conditions.items().find_map(|condition| {
        let is = |member: &str, text: &str| {
            condition.get(member).is_some_and(|value| value.as_str() == Some(text))
        };
        match () {
            () if !is("status", "True") => None,
            () if is("type", "Complete") => Some(true),
            () if is("type", "Failed") => Some(false),
            () => None,
        }
    })
}

impl<'a> Cluster<'a> {
    fn of_task(
        runner: &'a Runner,
        errand: &'a Errand,
        integration: Integration,
    ) -> Result<Self, Failure> {
        let dispatch = &errand.dispatch;
        let role_arn = dispatch.role_arn.as_deref();
        Cluster::of(runner, &errand.facts, role_arn, integration, &dispatch.parameters)
    }

    fn of(
        runner: &'a Runner,
        facts: &'a Facts,
        role_arn: Option<&'a str>,
        integration: Integration,
        parameters: &Value,
    ) -> Result<Self, Failure> {
        let [name, certificate_authority, endpoint] =
            CLUSTER.map(|member| text(parameters, member));
        Ok(Cluster {
            runner,
            facts,
            role_arn,
            integration,
            name: name?,
            certificate_authority: certificate_authority?,
            endpoint: endpoint?,
        })
    }

    async fn ask(&self, asked: Asked) -> Result<Response<Bytes>, Refusal> {
        let token = self.token().await.map_err(Refusal::Failed)?;
        let mut headers = vec![
            ("Authorization".to_owned(), format!("Bearer {token}")),
            ("Accept".to_owned(), "application/json".to_owned()),
        ];
        // Kubernetes takes no plain JSON for a patch. What AWS calls it isn't known.
        if asked.method == Method::PATCH {
            let is_list = asked.body.as_ref().is_some_and(|body| body.kind() == Kind::Array);
            let kind = if is_list { "json-patch" } else { "merge-patch" };
            headers.push(("Content-Type".to_owned(), format!("application/{kind}+json")));
        }
        let Asked { method, path, query, body } = asked;
        let path = path.trim_start_matches('/');
        let url = format!("{}/{path}", self.endpoint.trim_end_matches('/'));
        let draft = Draft { method, url, query, headers, body };
        let unusable = |why: String| Refusal::Failed(Failure::new(error_name::RUNTIME, why));
        let mut request = draft.into_request(self.runner, None).map_err(Refusal::from)?;
        if request.uri().scheme_str() == Some("https") {
            let pem = BASE64_STANDARD.decode(self.certificate_authority.trim()).map_err(|_| {
                unusable("The value of the field 'CertificateAuthority' isn't base64.".to_owned())
            })?;
            request.extensions_mut().insert(TrustedCertificates(Bytes::from(pem)));
        }
        let answer = fetch(self.runner, request).await.map_err(Refusal::from)?;
        match answer.status().is_success() {
            true => Ok(answer),
            false => Err(Refusal::Status(answer)),
        }
    }

    /// The token by which a cluster learns who asks.
    async fn token(&self) -> Result<String, Failure> {
        let credentials =
            signing::credentials(self.runner, self.facts, self.role_arn, self.integration).await?;
        let house = &self.runner.0.house;
        let region = region(&self.endpoint).unwrap_or(house.region());
        let unsignable =
            |error: http::Error| self.client_failure(format!("Unable to sign request: {error}"));
        let mut request = Request::get(format!(
            "https://sts.{region}.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"
        ))
        .header("x-k8s-aws-id", &self.name)
        .body(Bytes::new())
        .map_err(unsignable)?;
        let now = house.now();
        sigv4::presign(&mut request, &credentials, region, "sts", TOKEN_EXPIRES, now)
            .map_err(unsignable)?;
        let url = request.uri().to_string();
        Ok(format!("k8s-aws-v1.{}", BASE64_URL_SAFE_NO_PAD.encode(url)))
    }

    /// The logs of all containers of a job's pods; in the place of one that can't be had, why.
    async fn logs(&self, question: &Value, options: &Value) -> Value {
        let found = async {
            let namespace = text(question, "Namespace").map_err(Refusal::Failed)?;
            let job = text(question, "Name").map_err(Refusal::Failed)?;
            let path = format!("/api/v1/namespaces/{namespace}/pods");
            let query = vec![("labelSelector".to_owned(), format!("job-name={job}"))];
            let asked = Asked { query, ..Asked::of(Method::GET, path.clone()) };
            Ok((path, parsed(&self.ask(asked).await?).unwrap_or_default()))
        };
        let (path, list) = match found.await {
            Ok(found) => found,
            Err(refusal) => return unread(self.failure(refusal)),
        };
        let mut pods = Object::new();
        for pod in list.get("items").unwrap_or_default().items() {
            let name = pod.get("metadata").and_then(|metadata| metadata.get("name"));
            let Some(name) = name.as_ref().and_then(Value::as_str) else { continue };
            let listed = pod.get("spec").and_then(|spec| spec.get("containers"));
            let mut containers = Object::new();
            for container in listed.unwrap_or_default().items() {
                let Some(container) = container.get("name") else { continue };
                let Some(container) = container.as_str() else { continue };
                let log = self.log(&format!("{path}/{name}/log"), container, options).await;
                containers.insert(container, log);
            }
            pods.insert(name, Value::object([("containers", Value::from(containers))]));
        }
        Value::object([("pods", Value::from(pods))])
    }

    async fn log(&self, path: &str, container: &str, options: &Value) -> Value {
        let mut query = pairs(options.get("LogParameters"));
        query.push(("container".to_owned(), container.to_owned()));
        match self.ask(Asked { query, ..Asked::of(Method::GET, path) }).await {
            Ok(answer) => {
                let text = String::from_utf8_lossy(answer.body());
                let value = match is_true(options, "RawLogs") {
                    true => None,
                    false => Value::parse(&text).ok(),
                };
                Value::object([("log", value.unwrap_or_else(|| Value::from(&*text)))])
            }
            Err(refusal) => unread(self.failure(refusal)),
        }
    }

    fn failure(&self, refusal: Refusal) -> Failure {
        match refusal {
            Refusal::Failed(failure) => failure,
            Refusal::Socket(why) => self.client_failure(why),
            Refusal::Status(answer) => {
                let shown = result(&answer, titled);
                let members = ["ResponseBody", "StatusCode", "StatusText"];
                let cause = members.map(|member| (member, shown.get(member).unwrap_or_default()));
                let status = answer.status().as_u16();
                let error = format!("{}.{status}", self.integration.error_prefix());
                Failure::new(error, Value::object(cause).to_string())
            }
        }
    }

    fn client_failure(&self, cause: String) -> Failure {
        Failure::new(format!("{}.SdkClientException", self.integration.error_prefix()), cause)
    }
}

impl Refusal {
    /// Whether the same question may be answered the next time.
    fn passes(&self) -> bool {
        match self {
            Refusal::Status(answer) => {
                let status = answer.status();
                status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS
            }
            Refusal::Socket(_) => true,
            Refusal::Failed(_) => false,
        }
    }
}

impl From<Trouble> for Refusal {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Unusable(why) => Refusal::Failed(Failure::new(error_name::RUNTIME, why)),
            Trouble::Socket(why) => Refusal::Socket(why),
        }
    }
}

/// `us-east-1` of `https://id.yl4.us-east-1.eks.amazonaws.com`.
fn region(endpoint: &str) -> Option<&str> {
    endpoint.split_once(".eks.amazonaws.com")?.0.rsplit('.').next()
}

fn parsed(answer: &Response<Bytes>) -> Option<Value> {
    Value::parse(std::str::from_utf8(answer.body()).ok()?).ok()
}

fn unread(failure: Failure) -> Value {
    let text = |text: Option<Arc<str>>| Value::from(text.as_deref().unwrap_or_default());
    Value::object([("error", text(failure.error)), ("cause", text(failure.cause))])
}

fn is_true(options: &Value, member: &str) -> bool {
    options.get(member).is_some_and(|value| value.to_string().trim_matches('"') == "true")
}

fn text(parameters: &Value, member: &str) -> Result<String, Failure> {
    let value = parameters.get(member);
    value.as_ref().and_then(Value::as_str).map(str::to_owned).ok_or_else(|| missing(member))
}

/// In the words for the fields of other tasks.
fn missing(member: &str) -> Failure {
    let cause = format!("The field '{member}' is required but was missing");
    Failure::new(error_name::RUNTIME, cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_of_a_cluster_stands_in_its_endpoint() {
        assert_eq!(region("https://ABC.yl4.us-west-2.eks.amazonaws.com"), Some("us-west-2"));
        assert_eq!(region("http://127.0.0.1:8080"), None);
    }

    #[test]
    fn a_job_has_ended_when_a_terminal_condition_is_true() {
        let job = |conditions: &str| {
            let text = format!(r#"{{"status": {{"conditions": {conditions}}}}}"#);
            ended(&Value::parse(&text).expect("JSON"))
        };
        assert_eq!(job("null"), None);
        assert_eq!(job(r#"[{"type": "Suspended", "status": "True"}]"#), None);
        assert_eq!(job(r#"[{"type": "Complete", "status": "False"}]"#), None);
        assert_eq!(job(r#"[{"type": "Complete", "status": "True"}]"#), Some(true));
        assert_eq!(job(r#"[{"type": "Failed", "status": "True"}]"#), Some(false));
    }
}
