using System.Text.Json.Nodes;
using Deliberate.Testing;

namespace Deliberate.Models.Tests;

/// <summary>What is not understood here is not lost: configuration keys, templates, licence, the makers' card.</summary>
public sealed class HeritageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Unknown_keys_templates_licence_and_card_are_carried_over()
    {
        var folder = Base();
        using var original = PretrainedModel.Open(folder);
        ModelWriter.Write(_folder.File("second"), original, FileStorage.BF16);
        var config = Json("second", "config.json");
        config["router_jitter_noise"]!.GetValue<double>().ShouldBe(0.01);
        config["torch_dtype"]!.GetValue<string>().ShouldBe("bfloat16");
        foreach (var key in new[] { "attention_dropout", "initializer_range", "use_cache", "transformers_version" }) config[key].ShouldNotBeNull(key);
        config["_name_or_path"].ShouldBeNull();
        Json("second", "generation_config.json")["penalty_alpha"]!.GetValue<double>().ShouldBe(0.6);
        Json("second", "tokenizer_config.json")["chat_template"]!.AsArray().Select(t => t!["name"]!.GetValue<string>()).ShouldBe(["default", "tool_use"]);
        File.ReadAllText(Path.Combine(_folder.File("second"), "LICENSE")).ShouldBe("Terms of use\n");
        File.ReadAllText(Path.Combine(_folder.File("second"), "README.base.md")).ShouldContain("What its makers say");
        var card = File.ReadAllText(Path.Combine(_folder.File("second"), "README.md"));
        card.ShouldStartWith("---\nlicense: mit\ndeliberate_base: first\n");
        card.ShouldContain("stored as BF16");
        using var saved = PretrainedModel.Open(_folder.File("second"));
        saved.Licence!.Name.ShouldBe("mit");
        saved.Text.ChatTemplate!.Source.ShouldBe(original.Text.ChatTemplate!.Source);
        saved.Text.Heritage!.Storage.ShouldBe(FileStorage.BF16);
        saved.Text.Heritage.BaseName.ShouldBe("first");

        // Once more, from what was written: nothing changes.
        ModelWriter.Write(_folder.File("third"), saved, FileStorage.BF16);
        foreach (var file in Directory.GetFiles(_folder.File("second"))) File.ReadAllBytes(Path.Combine(_folder.File("third"), Path.GetFileName(file))).ShouldBe(File.ReadAllBytes(file), Path.GetFileName(file));
    }

    [Fact]
    public void A_gguf_file_of_a_model_whose_hash_is_known_says_it()
    {
        Environment.SetEnvironmentVariable("DELIBERATE_CACHE", _folder.File("cache"));
        try
        {
            using var original = PretrainedModel.Open(Base());
            var weights = ModelIdentity.Of(original).Weights;
            GgufExport.Write(_folder.File("a.gguf"), original, FileStorage.F32);
            using var file = GgufFile.Open(_folder.File("a.gguf"));
            file.Metadata.String(GgufExport.BaseKey).ShouldBe(weights);
            file.Metadata.String("general.license").ShouldBe("mit");
            using var read = PretrainedModel.Open(_folder.File("a.gguf"));
            ModelWriter.Write(_folder.File("back"), read, FileStorage.F32);
            File.ReadAllText(Path.Combine(_folder.File("back"), "README.md")).ShouldContain($"deliberate_base_sha256: {weights}");
        }
        finally
        {
            Environment.SetEnvironmentVariable("DELIBERATE_CACHE", null);
        }
    }

    /// <summary>A checkpoint with more in it than this program knows.</summary>
    private string Base()
    {
        var folder = _folder.File("first");
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(FixtureModels.Folder("llama"))) File.WriteAllBytes(Path.Combine(folder, Path.GetFileName(file)), File.ReadAllBytes(file));
        Edit(folder, "config.json", json => (json["router_jitter_noise"], json["_name_or_path"]) = (0.01, "/home/someone/secret"));
        Edit(folder, "generation_config.json", json => json["penalty_alpha"] = 0.6);
        var template = File.ReadAllText(Path.Combine(folder, "chat_template.jinja"));
        File.Delete(Path.Combine(folder, "chat_template.jinja"));
        Edit(folder, "tokenizer_config.json", json => json["chat_template"] = new JsonArray(
            new JsonObject { ["name"] = "default", ["template"] = template }, new JsonObject { ["name"] = "tool_use", ["template"] = "{{ tools }}" }));
        File.WriteAllText(Path.Combine(folder, "LICENSE"), "Terms of use\n");
        File.WriteAllText(Path.Combine(folder, "README.md"), "---\nlicense: mit\n---\nWhat its makers say.\n");
        return folder;
    }

    private static void Edit(string folder, string name, Action<JsonNode> change)
    {
        var path = Path.Combine(folder, name);
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        change(json);
        File.WriteAllText(path, json.ToJsonString());
    }

    private JsonNode Json(string folder, string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(_folder.File(folder), name)))!;
}
