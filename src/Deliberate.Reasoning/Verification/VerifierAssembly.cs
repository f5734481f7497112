using System.Reflection;
using System.Runtime.Loader;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>A verifier of the user's own library, for runs that the command line starts: the class of this name in this assembly, made by its constructor without parameters.</summary>
internal static class VerifierAssembly
{
    public static IScorer Load(string path, string? type)
    {
        path = Path.GetFullPath(path);
        if (!File.Exists(path)) throw new UserError("There is no such assembly.", path, field: "verifier.assembly", advice: "Build it (dotnet build), and name the .dll in its bin folder.");
        Type[] found;
        try
        {
            // A context of its own, so that what lies beside the assembly is found; our own rooms are shared, or the interface would be another one.
            found = [.. new Context(path).LoadFromAssemblyPath(path).GetExportedTypes().Where(t => t is { IsClass: true, IsAbstract: false } && typeof(IScorer).IsAssignableFrom(t))];
        }
        catch (Exception error) when (error is BadImageFormatException or FileLoadException or FileNotFoundException or TypeLoadException)
        {
            throw new UserError($"The assembly cannot be loaded: {error.Message}", path, field: "verifier.assembly", advice: "It must be built for this .NET and this version of Deliberate.Reasoning.", inner: error);
        }

        var named = type is null ? found : [.. found.Where(t => t.FullName == type || t.Name == type)];
        if (named.Length != 1)
        {
            throw new UserError(
                type is null ? $"The assembly holds {found.Length} public classes that implement IScorer." : $"The assembly holds no public class {type} that implements IScorer.",
                path, field: type is null ? "verifier.assembly" : "verifier.name", advice: found.Length == 0 ? "Make the class public." : $"Name one of {string.Join(", ", found.Select(t => t.FullName))} in verifier.name.");
        }

        try
        {
            return (IScorer)Activator.CreateInstance(named[0])!;
        }
        catch (MissingMethodException error)
        {
            throw new UserError($"{named[0].FullName} has no public constructor without parameters.", path, field: "verifier.name", advice: "Add one, or register the verifier from your own program.", inner: error);
        }
        catch (TargetInvocationException error)
        {
            throw new UserError($"The constructor of {named[0].FullName} failed: {error.InnerException?.Message}", path, field: "verifier.name", inner: error);
        }
    }

    private sealed class Context(string path) : AssemblyLoadContext(path)
    {
        private readonly AssemblyDependencyResolver _beside = new(path);

        protected override Assembly? Load(AssemblyName name) =>
            name.Name?.StartsWith("Deliberate.", StringComparison.Ordinal) == true && Default.Assemblies.Any(a => a.GetName().Name == name.Name) ? null
            : _beside.ResolveAssemblyToPath(name) is { } found ? LoadFromAssemblyPath(found) : null;
    }
}
