using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Deliberate.Server;

/// <summary>A time as milliseconds since 1970, in both databases: compared and ordered alike.</summary>
internal sealed class StoredTime() : ValueConverter<DateTimeOffset, long>(time => time.ToUnixTimeMilliseconds(), value => DateTimeOffset.FromUnixTimeMilliseconds(value));
