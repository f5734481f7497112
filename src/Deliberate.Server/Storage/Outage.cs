using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Deliberate.Server;

/// <summary>A database that went away, and may come back.</summary>
internal static class Outage
{
    /// <summary>Whether an error says so, itself or as the cause of one of EF Core's.</summary>
    public static bool Is(Exception? error) => error is not null && (error is DbException or TimeoutException || (error is InvalidOperationException or DbUpdateException && Is(error.InnerException)));
}
