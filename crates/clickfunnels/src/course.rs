//! Courses with their sections and lessons. They are made elsewhere (by the operator); clients read them, and change
//! what is written in them.

use axum::Router;
use axum::routing::get;
use domain::record::{Record, RecordKind};

use crate::call::Server;
use crate::enrollment;
use crate::record::{Field, Kind, Otherwise, Parent, Resource};

/// Courses.
pub(crate) static COURSE: Resource = Resource {
    fields: &[
        Field::needed("title", Kind::Name),
        Field::text("description").or(Otherwise::Text("")),
        Field::new("published_at", Kind::Time),
        Field::text("image_url"),
        Field::text("current_path"),
        Field::text("root_section_id"),
        Field::text("sharing_fingerprint"),
        Field::text("unauthorized_redirect_url"),
        Field::text("upgrade_url"),
        Field::flag("comments_enabled", false),
        Field::flag("redirect_to_full_course", false),
        Field::flag("show_in_community", false),
        Field::flag("show_to_non_members", false),
    ],
    children: &[&SECTION],
    ..Resource::of(RecordKind::Course, "course", Parent::Unsaid)
};

/// Sections of courses.
static SECTION: Resource = Resource {
    fields: &[
        Field::needed("title", Kind::Name),
        Field::text("description"),
        Field::new("published_at", Kind::Time),
        Field::new("days_till_drip_access", Kind::Integer),
        Field::text("blocker_section_id"),
        Field::text("blocker_lesson_id"),
        Field::flag("is_hidden_from_non_members", false),
        Field::text("current_path"),
        Field::text("parent_id"),
        Field::text("upgrade_url"),
        Field::new("sort_order", Kind::Integer),
    ],
    children: &[&LESSON],
    ..Resource::of(
        RecordKind::CourseSection,
        "courses_section",
        Parent::Record(RecordKind::Course, "course_id"),
    )
};

/// Lessons of sections; each also names its course, in a place that answers don't show.
static LESSON: Resource = Resource {
    fields: &[
        Field::needed("title", Kind::Name),
        Field::text("body"),
        Field::new("published_at", Kind::Time),
        Field::text("current_path"),
        Field::new("sort_order", Kind::Integer),
    ],
    ..Resource::of(
        RecordKind::CourseLesson,
        "courses_lesson",
        Parent::Record(RecordKind::CourseSection, "section_id"),
    )
};

/// Whether people may see it, if it is a course or a part of one.
pub(crate) fn is_published(record: &Record) -> bool {
    record.body.get("published_at").is_some_and(|at| !at.is_null())
}

/// What a record of that kind is, if it belongs to courses.
pub(crate) fn resource(kind: RecordKind) -> Option<&'static Resource> {
    [&COURSE, &SECTION, &LESSON].into_iter().find(|resource| resource.kind == kind)
}

/// Courses, who is enrolled in them, and communities with their members.
pub(crate) fn routes() -> Router<Server> {
    Router::new()
        .route("/workspaces/{workspace}/courses", COURSE.list())
        .route("/courses/{id}", COURSE.fetch())
        .route("/courses/{id}/sections", SECTION.list())
        .route("/courses/sections/{id}", SECTION.fetch().merge(SECTION.update()))
        .route("/courses/sections/{id}/lessons", LESSON.list())
        .route("/courses/lessons/{id}", LESSON.fetch().merge(LESSON.update()))
        .route("/courses/{id}/enrollments", enrollment::COURSE.list())
        .route("/courses/enrollments/{id}", enrollment::COURSE.fetch().merge(enrollment::COURSE.update()))
        .route(
            "/courses/{id}/lesson_completions",
            get(enrollment::completion::list).post(enrollment::completion::create),
        )
        .route(
            "/courses/lesson_completions/{id}",
            get(enrollment::completion::fetch).delete(enrollment::completion::remove),
        )
        .route("/communities/{id}/memberships", enrollment::COMMUNITY.list())
        .route(
            "/communities/memberships/{id}",
            enrollment::COMMUNITY
                .fetch()
                .merge(enrollment::COMMUNITY.update())
                .merge(enrollment::COMMUNITY.remove()),
        )
}
