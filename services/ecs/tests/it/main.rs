mod docker;
mod docker_api;
mod house;
mod jobs;
mod tasks;
