/**
 * What the bot asks of Graph, and the least application permission for it (Microsoft Graph docs, v1.0, table "Permissions" of each page).
 *
 * | call                                           | page                                      | least privileged (application)                  |
 * |------------------------------------------------|-------------------------------------------|-------------------------------------------------|
 * | GET /users/{id}, GET /users                    | user-get.md, user-list.md                 | User.Read.All (`accountEnabled` is not in ReadBasic) |
 * | GET /servicePrincipals(appId='…')              | serviceprincipal-get.md                   | Application.Read.All                            |
 * | GET /servicePrincipals/{id}/appRoleAssignedTo  | serviceprincipal-list-approleassignedto.md | Application.Read.All                           |
 * | GET /users/{id}/appRoleAssignments             | user-list-approleassignments.md           | Directory.Read.All                              |
 * | POST /users/{id}/checkMemberGroups             | directoryobject-checkmembergroups.md      | User.Read.All and GroupMember.Read.All          |
 * | GET /groups/{id}/members, …/transitiveMembers  | group-list-members.md, group-list-transitivemembers.md | GroupMember.Read.All               |
 *
 * Directory.Read.All is enough for all of them; a policy that names groups only needs User.Read.All and GroupMember.Read.All. All are
 * read-only: AppRoleAssignment.ReadWrite.All, which the documentation also lists, would let the bot hand out roles and is not to be given.
 * A group with hidden membership lists nobody without Member.Read.Hidden (group-list-members.md, note): if approvers are such a
 * group, the bot needs that as well, or it takes the group for empty.
 */
export const permissions = {
  user: 'User.Read.All',
  servicePrincipal: 'Application.Read.All (or Directory.Read.All)',
  assignedTo: 'Application.Read.All (or Directory.Read.All)',
  assignments: 'Directory.Read.All',
  groups: 'User.Read.All and GroupMember.Read.All (or Directory.Read.All)',
  members: 'GroupMember.Read.All (or Directory.Read.All)',
} as const;

/** A thing that is asked of Graph, by the permission that it needs. */
export type Asked = keyof typeof permissions;
