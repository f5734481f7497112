using Deliberate.Testing;

namespace Deliberate.Cli.Tests;

/// <summary>A tiny model with random weights, a tokenizer of 320 tokens, a chat template and a context of 256.</summary>
internal static class FixtureModel
{
    public static string Path => SharedFolder.Path("fixtures", "models", "llama");

    /// <summary>A copy in a test's folder, to change.</summary>
    public static string CopyTo(TemporaryFolder folder, string name)
    {
        var copy = System.IO.Path.Combine(folder.Root, name);
        Directory.CreateDirectory(copy);
        foreach (var file in new[] { "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "generation_config.json" })
        {
            File.Copy(System.IO.Path.Combine(Path, file), System.IO.Path.Combine(copy, file));
            // The shared files may be read-only.
            File.SetAttributes(System.IO.Path.Combine(copy, file), FileAttributes.Normal);
        }

        return copy;
    }
}
