using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// A library of the user's, for runs that the command line starts: its verifiers, task families and objectives are found by the key
/// <c>assembly</c> beside their names. It is loaded once, into a context of its own, so that what lies beside it is found; our own rooms are
/// shared, or their interfaces would be others.
/// </summary>
internal static class UserAssembly
{
    private static readonly ConcurrentDictionary<string, Lazy<Type[]>> Loaded = new(StringComparer.Ordinal);

    /// <summary>The public types of an assembly.</summary>
    /// <param name="path">The .dll.</param>
    /// <param name="field">The key that names it.</param>
    /// <exception cref="UserError">It is not there, or cannot be loaded.</exception>
    public static IReadOnlyList<Type> Types(string path, string field)
    {
        path = Path.GetFullPath(path);
        if (!File.Exists(path)) throw new UserError("There is no such assembly.", path, field: field, advice: "Build it (dotnet build), and name the .dll in its bin folder.");
        try
        {
            return Loaded.GetOrAdd(path, static full => new Lazy<Type[]>(() => new Context(full).LoadFromAssemblyPath(full).GetExportedTypes())).Value;
        }
        catch (Exception error) when (error is BadImageFormatException or FileLoadException or FileNotFoundException or TypeLoadException)
        {
            Loaded.TryRemove(path, out _);
            throw new UserError($"The assembly cannot be loaded: {error.Message}", path, field: field, advice: "It must be built for this .NET and this version of Deliberate.Reasoning.", inner: error);
        }
    }

    /// <summary>An instance, by the constructor without parameters.</summary>
    /// <param name="type">Of the assembly.</param>
    /// <param name="path">The assembly's.</param>
    /// <param name="field">The key that asks for it.</param>
    /// <exception cref="UserError">It has none, or it fails.</exception>
    public static object Create(Type type, string path, string field)
    {
        try
        {
            return Activator.CreateInstance(type)!;
        }
        catch (MissingMethodException error)
        {
            throw new UserError($"{type.FullName} has no public constructor without parameters.", path, field: field, advice: "Add one, or register it from your own program.", inner: error);
        }
        catch (TargetInvocationException error)
        {
            throw new UserError($"The constructor of {type.FullName} failed: {error.InnerException?.Message}", path, field: field, inner: error);
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
