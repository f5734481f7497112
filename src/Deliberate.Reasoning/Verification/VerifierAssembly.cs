using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>A verifier of the user's own library, for runs that the command line starts: the class of this name in this assembly, made by its constructor without parameters.</summary>
internal static class VerifierAssembly
{
    public static IScorer Load(string path, string? type)
    {
        path = Path.GetFullPath(path);
        Type[] found = [.. UserAssembly.Types(path, "verifier.assembly").Where(t => t is { IsClass: true, IsAbstract: false } && typeof(IScorer).IsAssignableFrom(t))];
        var named = type is null ? found : [.. found.Where(t => t.FullName == type || t.Name == type)];
        if (named.Length != 1)
        {
            throw new UserError(
                type is null ? $"The assembly holds {found.Length} public classes that implement IScorer." : $"The assembly holds no public class {type} that implements IScorer.",
                path, field: type is null ? "verifier.assembly" : "verifier.name", advice: found.Length == 0 ? "Make the class public." : $"Name one of {string.Join(", ", found.Select(t => t.FullName))} in verifier.name.");
        }

        return (IScorer)UserAssembly.Create(named[0], path, "verifier.name");
    }
}
