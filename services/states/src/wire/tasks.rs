//! What workers and holders of task tokens say.

aws::structures! { Camel;
    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html>
    pub(crate) struct GetActivityTaskInput {
        required activity_arn: String [length(1, 256)],
        optional worker_name: String [length(1, 80)],
    }
    pub(crate) struct GetActivityTaskOutput {
        optional task_token: String,
        optional input: String,
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html>
    pub(crate) struct SendTaskSuccessInput {
        required task_token: String [sensitive().length(1, 2048)],
        required output: String [sensitive().length(0, 262_144)],
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html>
    pub(crate) struct SendTaskFailureInput {
        required task_token: String [sensitive().length(1, 2048)],
        optional error: String [sensitive().length(0, 256)],
        optional cause: String [sensitive().length(0, 32_768)],
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskHeartbeat.html>
    pub(crate) struct SendTaskHeartbeatInput {
        required task_token: String [sensitive().length(1, 2048)],
    }
}
