namespace Deliberate.Safety.Tests;

/// <summary>A folder that is gone afterwards.</summary>
internal sealed class GateFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("deliberate-gate-").FullName;

    public string this[string name] => Path.Combine(Root, name);

    public string File(string name, string text)
    {
        System.IO.File.WriteAllText(this[name], text);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
