//! Activities, apart from the tasks that workers take from them.

use aws::EpochSeconds;

use super::{EncryptionConfiguration, Tag};

aws::structures! { Camel;
    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateActivity.html>
    pub(crate) struct CreateActivityInput {
        required name: String [length(1, 80)],
        optional tags: Vec<Tag>,
        optional encryption_configuration: EncryptionConfiguration,
    }
    pub(crate) struct CreateActivityOutput {
        required activity_arn: String,
        required creation_date: EpochSeconds,
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeActivity.html>
    pub(crate) struct DescribeActivityInput {
        required activity_arn: String [length(1, 256)],
    }
    pub(crate) struct DescribeActivityOutput {
        required activity_arn: String,
        required name: String,
        required creation_date: EpochSeconds,
        required encryption_configuration: EncryptionConfiguration,
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteActivity.html>
    pub(crate) struct DeleteActivityInput {
        required activity_arn: String [length(1, 256)],
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListActivities.html>
    pub(crate) struct ListActivitiesInput {
        optional max_results: i32 [range(0, 1000)],
        optional next_token: String [length(1, 1024)],
    }
    pub(crate) struct ListActivitiesOutput {
        required activities: Vec<ActivityListItem>,
        optional next_token: String,
    }
    pub(crate) struct ActivityListItem {
        required activity_arn: String,
        required name: String,
        required creation_date: EpochSeconds,
    }
}
