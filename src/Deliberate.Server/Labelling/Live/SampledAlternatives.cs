using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Deliberate.Server;

/// <summary>
/// Phase 1: what a model wrote for the next step behind a path of steps, while somebody labelled. Kept with its item, so that whoever comes
/// to the same place, the second labeller of an item too, sees the same; what was shown to whom is in the draft, which names it.
/// </summary>
internal sealed class SampledAlternatives
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public long Id { get; set; }

    public long ItemId { get; set; }

    /// <summary>Of the steps before it: <see cref="PathOf"/>.</summary>
    public string Path { get; set; } = "";

    /// <summary>A JSON array of texts; empty where the model would end there.</summary>
    public string Texts { get; set; } = "[]";

    /// <summary>As the project named it then.</summary>
    public string Model { get; set; } = "";

    /// <summary>For whom it was asked first.</summary>
    public Guid AccountId { get; set; }

    public DateTimeOffset At { get; set; }

    /// <summary>That the model took.</summary>
    public long Milliseconds { get; set; }

    public IReadOnlyList<string> Read() => JsonSerializer.Deserialize<string[]>(Texts, Json) ?? [];

    public static string Write(IReadOnlyList<string> texts) => JsonSerializer.Serialize(texts, Json);

    /// <summary>SHA-256 of the steps before a place, in their order.</summary>
    public static string PathOf(IReadOnlyList<string> steps) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(steps, Json)));
}
