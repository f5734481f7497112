using System.Net;
using System.Net.Sockets;
using Deliberate.Core;

namespace Deliberate.Server.Tests;

/// <summary>Where a server listens, and what stands in its way.</summary>
public sealed class DeliberateServerTests
{
    [Fact]
    public async Task A_port_in_use_is_said_with_another_to_take()
    {
        await using var served = await Served.StartAsync();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var folder = served.Folder("others");
        var error = await Should.ThrowAsync<UserError>(() => DeliberateServer.StartAsync(new ServerOptions { Runs = folder, Port = port }));
        error.Message.ShouldContain($"Port {port} is in use");
        error.Message.ShouldContain("--port 0");
        // What it had taken is free again.
        await using var second = await DeliberateServer.StartAsync(new ServerOptions { Runs = folder, Port = 0 });
    }

    [Fact]
    public async Task A_second_server_on_a_folder_is_told_where_the_first_is()
    {
        await using var served = await Served.StartAsync();
        var error = await Should.ThrowAsync<UserError>(() => DeliberateServer.StartAsync(new ServerOptions { Runs = served.Root, Port = 0 }));
        error.Message.ShouldContain(served.Server.Address);
        error.Message.ShouldContain(served.Root);
        error.Message.ShouldNotContain("token");
    }

    [Fact]
    public async Task A_folder_is_free_again_when_its_server_has_ended()
    {
        string root;
        await using (var served = await Served.StartAsync())
        {
            root = served.Root;
            File.Exists(Path.Combine(root, "serve.lock")).ShouldBeTrue();
        }

        await using (await DeliberateServer.StartAsync(new ServerOptions { Runs = root, Port = 0 }))
        {
            Directory.Exists(root).ShouldBeTrue();
        }

        Directory.Delete(root, recursive: true);
    }

    [Theory]
    [InlineData("0.0.0.0", "ssh")]
    [InlineData("192.168.1.5", "ssh")]
    [InlineData("::", "ssh")]
    [InlineData("example", "127.0.0.1")]
    public async Task An_address_that_others_can_reach_is_refused(string address, string advice)
    {
        var error = await Should.ThrowAsync<UserError>(() => DeliberateServer.StartAsync(new ServerOptions { Address = address, Port = 0 }));
        error.Message.ShouldContain(address);
        error.Message.ShouldContain(advice);
        Directory.Exists("runs").ShouldBeFalse();
    }

    [Fact]
    public async Task A_file_is_no_folder_of_runs()
    {
        var file = Path.GetTempFileName();
        var error = await Should.ThrowAsync<UserError>(() => DeliberateServer.StartAsync(new ServerOptions { Runs = file, Port = 0 }));
        error.Message.ShouldContain("not a folder");
        File.Delete(file);
    }
}
