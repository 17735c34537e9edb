//! Lists of what this house hasn't got: MFA devices, keys and certificates of users, SAML providers. They are empty.

use crate::errors::Error;
use crate::tables::Kind;
use crate::visit::{Visit, existing};
use crate::wire::{
    Empty, ListMfaDevicesOutput, ListSamlProvidersOutput, ListServerCertificatesOutput,
    ListServiceSpecificCredentialsOutput, ListSigningCertificatesOutput, ListSshPublicKeysOutput,
    ListVirtualMfaDevicesOutput, OfUserInput,
};

/// A user that is named has to be there.
fn check_user(ctx: &Visit<'_>, req: &OfUserInput) -> Result<(), Error> {
    match &req.user_name {
        Some(name) => existing(&ctx.world(), ctx.account(), Kind::User, name).map(drop),
        None => Ok(()),
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADevices.html>
pub(crate) async fn list_mfa_devices(
    ctx: &Visit<'_>,
    req: OfUserInput,
) -> Result<ListMfaDevicesOutput, Error> {
    check_user(ctx, &req)?;
    Ok(ListMfaDevicesOutput { m_f_a_devices: Vec::new(), is_truncated: false })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListVirtualMFADevices.html>
pub(crate) async fn list_virtual_mfa_devices(
    _ctx: &Visit<'_>,
    _req: Empty,
) -> Result<ListVirtualMfaDevicesOutput, Error> {
    Ok(ListVirtualMfaDevicesOutput { virtual_m_f_a_devices: Vec::new(), is_truncated: false })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListSSHPublicKeys.html>
pub(crate) async fn list_ssh_public_keys(
    ctx: &Visit<'_>,
    req: OfUserInput,
) -> Result<ListSshPublicKeysOutput, Error> {
    check_user(ctx, &req)?;
    Ok(ListSshPublicKeysOutput { s_s_h_public_keys: Vec::new(), is_truncated: false })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListSigningCertificates.html>
pub(crate) async fn list_signing_certificates(
    ctx: &Visit<'_>,
    req: OfUserInput,
) -> Result<ListSigningCertificatesOutput, Error> {
    check_user(ctx, &req)?;
    Ok(ListSigningCertificatesOutput { certificates: Vec::new(), is_truncated: false })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListServiceSpecificCredentials.html>
pub(crate) async fn list_service_specific_credentials(
    ctx: &Visit<'_>,
    req: OfUserInput,
) -> Result<ListServiceSpecificCredentialsOutput, Error> {
    check_user(ctx, &req)?;
    let service_specific_credentials = Vec::new();
    Ok(ListServiceSpecificCredentialsOutput { service_specific_credentials, is_truncated: false })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListServerCertificates.html>
pub(crate) async fn list_server_certificates(
    _ctx: &Visit<'_>,
    _req: Empty,
) -> Result<ListServerCertificatesOutput, Error> {
    let server_certificate_metadata_list = Vec::new();
    Ok(ListServerCertificatesOutput { server_certificate_metadata_list, is_truncated: false })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListSAMLProviders.html>
pub(crate) async fn list_saml_providers(
    _ctx: &Visit<'_>,
    _req: Empty,
) -> Result<ListSamlProvidersOutput, Error> {
    Ok(ListSamlProvidersOutput { s_a_m_l_provider_list: Vec::new() })
}
