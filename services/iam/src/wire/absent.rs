//! Lists of what nobody can have here. They are asked for by who deletes a user with all that is its.

aws::structures! { Pascal;
    pub(crate) struct OfUserInput {
        optional user_name: String [length(1, 128)],
    }
    pub(crate) struct ListMfaDevicesOutput {
        required m_f_a_devices: Vec<String>,
        required is_truncated: bool,
    }
    pub(crate) struct ListVirtualMfaDevicesOutput {
        required virtual_m_f_a_devices: Vec<String>,
        required is_truncated: bool,
    }
    pub(crate) struct ListSshPublicKeysOutput {
        required s_s_h_public_keys: Vec<String>,
        required is_truncated: bool,
    }
    pub(crate) struct ListSigningCertificatesOutput {
        required certificates: Vec<String>,
        required is_truncated: bool,
    }
    pub(crate) struct ListServiceSpecificCredentialsOutput {
        required service_specific_credentials: Vec<String>,
        required is_truncated: bool,
    }
    pub(crate) struct ListServerCertificatesOutput {
        required server_certificate_metadata_list: Vec<String>,
        required is_truncated: bool,
    }
    pub(crate) struct ListSamlProvidersOutput {
        required s_a_m_l_provider_list: Vec<String>,
    }

    pub(crate) struct ServiceLinkedRoleInput {
        required role_name: String [length(1, 64)],
    }
    pub(crate) struct DeletionTask {
        required deletion_task_id: String [length(1, 1000)],
    }
    pub(crate) struct DeletionStatus {
        required status: String,
    }
}
