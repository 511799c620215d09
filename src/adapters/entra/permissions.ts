/**
 * What the bot asks of Graph, and the least application permission for it (Microsoft Graph docs, v1.0, table "Permissions" of each page).
 *
 * | call                                | page                                     | least privileged (application)                              |
 * |-------------------------------------|------------------------------------------|-------------------------------------------------------------|
 * | GET /users/{id}, GET /users         | user-get.md, user-list.md                | User.Read.All (`accountEnabled` is not in ReadBasic)        |
 * | GET /servicePrincipals(appId='…')   | serviceprincipal-get.md                  | Application.Read.All                                        |
 * | GET /users/{id}/appRoleAssignments  | user-list-approleassignments.md          | Directory.Read.All                                          |
 * | POST /users/{id}/checkMemberGroups  | directoryobject-checkmembergroups.md     | User.Read.All and GroupMember.Read.All                      |
 *
 * Directory.Read.All is enough for all four; a policy that names groups only needs User.Read.All and GroupMember.Read.All. All are
 * read-only: AppRoleAssignment.ReadWrite.All, which the documentation also lists, would let the bot hand out roles and is not to be given.
 */
export const permissions = {
  user: 'User.Read.All',
  servicePrincipal: 'Application.Read.All (or Directory.Read.All)',
  assignments: 'Directory.Read.All',
  groups: 'User.Read.All and GroupMember.Read.All (or Directory.Read.All)',
} as const;

/** A thing that is asked of Graph, by the permission that it needs. */
export type Asked = keyof typeof permissions;
