using System.Collections.Concurrent;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>Verifiers by the name that recipes give them. Register yours before the run starts.</summary>
public static class VerifierRegistry
{
    private static readonly ConcurrentDictionary<string, Func<IScorer>> Known = new(StringComparer.Ordinal);

    public static IReadOnlyList<string> Names => [.. Known.Keys.Order(StringComparer.Ordinal)];

    /// <param name="name">Not yet taken; grader names are.</param>
    /// <param name="create">Called once a run.</param>
    public static void Register(string name, Func<IScorer> create)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(create);
        if (AnswerGraders.All.Any(grader => grader.Name == name)) throw new ArgumentException($"\"{name}\" is the name of a grader.", nameof(name));
        if (!Known.TryAdd(name, create)) throw new ArgumentException($"There is a verifier \"{name}\" already.", nameof(name));
    }

    /// <summary>Takes a name back, for tests and programs that register again.</summary>
    public static bool Remove(string name) => Known.TryRemove(name, out _);

    /// <summary>A new verifier of this name, or a <see cref="UserError"/> that names the nearest.</summary>
    public static IScorer Create(string name) => Known.TryGetValue(name, out var create) ? create() : throw Unknown(name);

    internal static bool Has(string name) => Known.ContainsKey(name);

    internal static UserError Unknown(string name) => new(
        $"There is no verifier \"{name}\".",
        field: "verifier.name",
        advice: Known.IsEmpty ? "None is registered: call VerifierRegistry.Register before the run starts, or name the assembly that holds it." : NearestName.Suggest(name, Names));
}
