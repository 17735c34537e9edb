//! The credential report: who has which credentials, as CSV.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html>

use std::fmt::Write as _;

use base::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::errors::Error;
use crate::tables::{AccessKey, Kind};
use crate::visit::Visit;
use crate::wire::{Empty, GenerateCredentialReportOutput, GetCredentialReportOutput};
use crate::world::World;

const COLUMNS: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,\
access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,\
access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,\
cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

/// It is made when it is asked for, so it is always complete.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateCredentialReport.html>
pub(crate) async fn generate_credential_report(
    _ctx: &Visit<'_>,
    _req: Empty,
) -> Result<GenerateCredentialReportOutput, Error> {
    Ok(GenerateCredentialReportOutput { state: "COMPLETE".to_owned() })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetCredentialReport.html>
pub(crate) async fn get_credential_report(
    ctx: &Visit<'_>,
    _req: Empty,
) -> Result<GetCredentialReportOutput, Error> {
    Ok(GetCredentialReportOutput {
        content: STANDARD.encode(report(ctx, &ctx.world())),
        report_format: "text/csv".to_owned(),
        generated_time: ctx.now().into(),
    })
}

fn report(ctx: &Visit<'_>, world: &World) -> String {
    let mut report = COLUMNS.to_owned();
    let root_arn = format!("arn:{}:iam::{}:root", ctx.partition(), ctx.account());
    let root_keys = keys(world, &root_arn);
    let never = "not_supported,not_supported,not_supported,not_supported";
    line(&mut report, "<root_account>", &root_arn, "not_supported", never, &root_keys);
    for user in world.identities(ctx.account(), Kind::User) {
        let arn = crate::arn::of(ctx.partition(), ctx.account(), user);
        let password = match &user.login {
            None => "false,N/A,N/A,N/A".to_owned(),
            Some(login) => format!("true,no_information,{},N/A", time(login.changed_at_millis)),
        };
        let keys = keys(world, &arn);
        line(&mut report, &user.name, &arn, &time(user.created_at_millis), &password, &keys);
    }
    report
}

fn keys<'w>(world: &'w World, arn: &str) -> Vec<&'w AccessKey> {
    let own = world.access_keys.values().filter(|key| key.arn == arn);
    let mut own: Vec<_> = own.map(|key| &**key).collect();
    own.sort_by_key(|key| key.created_at_millis);
    own
}

fn line(
    report: &mut String,
    user: &str,
    arn: &str,
    made: &str,
    password: &str,
    keys: &[&AccessKey],
) {
    let key = |place: usize| match keys.get(place) {
        None => "false,N/A,N/A,N/A,N/A".to_owned(),
        Some(key) => {
            let active = key.inactive != Some(true);
            format!("{active},{},N/A,N/A,N/A", time(key.created_at_millis))
        }
    };
    let (first, second) = (key(0), key(1));
    // Writing to memory succeeds.
    let _ = write!(
        report,
        "\n{user},{arn},{made},{password},false,{first},{second},false,N/A,false,N/A"
    );
}

/// `2023-11-14T22:13:20+00:00`
fn time(millis: i64) -> String {
    let text = Timestamp::from_millis(millis).to_string();
    let seconds = text.split(['.', 'Z']).next().unwrap_or_default();
    format!("{seconds}+00:00")
}
