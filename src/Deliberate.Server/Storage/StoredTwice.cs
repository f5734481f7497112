using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Deliberate.Server;

/// <summary>Whether a row was refused because it is there already, in either database's words.</summary>
internal static class StoredTwice
{
    private const string PostgresUnique = "23505";
    private const int SqliteConstraint = 19;

    public static bool Is(DbUpdateException error) => error.InnerException is DbException { SqlState: PostgresUnique } or Microsoft.Data.Sqlite.SqliteException { SqliteErrorCode: SqliteConstraint };
}
