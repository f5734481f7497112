using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// Opens the weights of a model, whatever they are stored in: a Hugging Face folder (one safetensors file, or shards with an
/// index), a safetensors file, or a GGUF file. Names and row order are Hugging Face's in every case.
/// Pickled weights are refused: unpickling runs code that the file brings along.
/// </summary>
internal static class WeightSource
{
    private static readonly string[] Pickles = [".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle"];

    /// <param name="path">A folder or a file.</param>
    public static ITensorSource Open(string path)
    {
        if (Directory.Exists(path)) return OpenFolder(path);
        RefusePickle(path);
        if (!File.Exists(path)) throw new UserError("there is no such file or folder.", path);
        if (path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)) return GgufWeights.Open(path);
        if (path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase)) return SafetensorsFile.Open(path);
        if (path.EndsWith(".safetensors.index.json", StringComparison.OrdinalIgnoreCase)) return ShardedSafetensors.Open(Path.GetDirectoryName(Path.GetFullPath(path))!, path);
        throw new UserError("is not a kind of checkpoint that can be opened.", path, advice: "Name a folder with config.json and model.safetensors, or a .safetensors or .gguf file.");
    }

    /// <summary>Throws if the name is that of pickled weights.</summary>
    public static void RefusePickle(string name)
    {
        foreach (var ending in Pickles)
        {
            if (!name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) continue;
            throw new UserError(
                "holds pickled weights, which can run code when they are loaded; they are not opened.",
                name,
                advice: "Convert them where you trust them: in Python, AutoModelForCausalLM.from_pretrained(FOLDER).save_pretrained(NEW_FOLDER, safe_serialization=True).");
        }
    }

    private static ITensorSource OpenFolder(string folder)
    {
        if (ModelFolder.Find(folder, "model.safetensors") is { } single) return SafetensorsFile.Open(single);
        if (ModelFolder.Find(folder, "model.safetensors.index.json") is { } index) return ShardedSafetensors.Open(folder, index);
        foreach (var name in Directory.EnumerateFiles(folder)) RefusePickle(name);
        throw new UserError("has no weights.", folder, advice: "Expected model.safetensors, or model.safetensors.index.json with its shards.");
    }
}
