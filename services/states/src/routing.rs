//! What an alias leads to: one or two versions of one machine, by weight.

use std::collections::BTreeSet;

use crate::arn::{MachineArn, Qualifier};
use crate::errors::{Error, Validation};
use crate::model::Route;
use crate::tables::Tables;
use crate::wire::RoutingConfigurationListItem;

/// The ARN of an alias, split.
pub(crate) struct AliasArn {
    pub(crate) machine: MachineArn,
    pub(crate) name: String,
}

impl AliasArn {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let arn = MachineArn::parse(text)?;
        match &arn.qualifier {
            Qualifier::Alias(name) => {
                Ok(AliasArn { name: name.clone(), machine: arn.unqualified() })
            }
            Qualifier::None | Qualifier::Version(_) | Qualifier::Label(_) => {
                Err(Validation::WrongQualifier(arn, "state machine alias").into())
            }
        }
    }
}

/// The machine that a routing configuration is about, and its routes.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_RoutingConfigurationListItem.html>
pub(crate) fn checked(
    given: &[RoutingConfigurationListItem],
) -> Result<(MachineArn, Vec<Route>), Error> {
    let texts = || given.iter().map(|item| item.state_machine_version_arn.clone()).collect();
    let arns = given.iter().map(|item| MachineArn::parse(&item.state_machine_version_arn));
    let arns: Vec<MachineArn> = arns.collect::<Result<_, _>>()?;
    let versions = arns.iter().map(|arn| match arn.qualifier {
        Qualifier::Version(number) => Some(number),
        Qualifier::None | Qualifier::Alias(_) | Qualifier::Label(_) => None,
    });
    let versions: Option<Vec<u64>> = versions.collect();
    let versions = versions.ok_or_else(|| Validation::NotVersions(texts()))?;
    let machine = arns[0].unqualified();
    if arns.iter().any(|arn| arn.unqualified() != machine) {
        return Err(Validation::VersionsOfSeveralMachines(texts()).into());
    }
    if versions.iter().collect::<BTreeSet<_>>().len() < versions.len() {
        return Err(Validation::RepeatedVersion(texts()).into());
    }
    let weights: Vec<i32> = given.iter().map(|item| item.weight).collect();
    if weights.iter().sum::<i32>() != 100 {
        return Err(Validation::WeightSum(weights).into());
    }
    let route = |(version, weight): (u64, i32)| Route { version, weight: weight as u8 };
    Ok((machine, versions.into_iter().zip(weights).map(route).collect()))
}

/// The routes of an alias of this machine.
pub(crate) fn checked_of(
    machine: &MachineArn,
    given: &[RoutingConfigurationListItem],
) -> Result<Vec<Route>, Error> {
    let (of, routes) = checked(given)?;
    if of != *machine {
        let texts = given.iter().map(|item| item.state_machine_version_arn.clone()).collect();
        return Err(Validation::VersionsOfSeveralMachines(texts).into());
    }
    Ok(routes)
}

pub(crate) async fn check_versions_exist(
    tables: Tables<'_>,
    machine: &MachineArn,
    routes: &[Route],
) -> Result<(), Error> {
    for route in routes {
        if tables.version(machine, route.version).await?.is_none() {
            return Err(Error::ReferenceNotFound(machine.version(route.version).to_string()));
        }
    }
    Ok(())
}
